"""The environment that a process runs in: local, testing, staging or production."""

import os
from collections.abc import Mapping
from enum import StrEnum

VARIABLES = ("FTF_ENV", "FASTAPI_ENV")


class Environment(StrEnum):
    """Where a process runs. The text "development" stands for local; case and blanks do not matter.

    Examples:
        >>> Environment(" Development ")
        <Environment.LOCAL: 'local'>
    """

    LOCAL = "local"
    TESTING = "testing"
    STAGING = "staging"
    PRODUCTION = "production"

    @property
    def is_local(self) -> bool:
        """Whether it is local or testing, where nothing is lost that cannot be made again."""
        return self in {Environment.LOCAL, Environment.TESTING}

    @classmethod
    def _missing_(cls, value: object) -> "Environment | None":
        name = str(value).strip().lower()
        name = "local" if name == "development" else name
        return next((each for each in cls if each.value == name), None)


class UnknownEnvironmentError(ValueError):
    """A variable names an environment that does not exist.

    Attributes:
        variable: The variable, such as "FTF_ENV".
        value: What it is set to.
    """

    def __init__(self, variable: str, value: str) -> None:
        super().__init__(variable, value)
        self.variable = variable
        self.value = value

    def __str__(self) -> str:
        names = ", ".join(Environment)
        return f"{self.variable}={self.value!r} is not an environment: set it to one of {names}."


def current_environment(variables: Mapping[str, str] = os.environ) -> Environment:
    """Return the environment that FTF_ENV names, else FASTAPI_ENV, else production.

    `fastapi dev` sets FASTAPI_ENV to "development", which is local. An empty variable is not set.

    Args:
        variables: The variables of the process.

    Raises:
        UnknownEnvironmentError: The variable names no environment.
    """
    for variable in VARIABLES:
        if value := variables.get(variable, "").strip():
            try:
                return Environment(value)
            except ValueError:
                raise UnknownEnvironmentError(variable, value) from None
    return Environment.PRODUCTION
