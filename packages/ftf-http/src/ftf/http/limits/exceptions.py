"""The exceptions of limits.

ValueError
├── InvalidLimitError
└── UnknownLimitError
starlette.exceptions.HTTPException
├── LimitExceeded
└── LimitsUnavailable
"""

from collections.abc import Sequence

from starlette.exceptions import HTTPException


class InvalidLimitError(ValueError):
    """A limit has a value that is out of range.

    Args:
        option: The option's name.
        value: Its value.
        allowed: What it may be.
    """

    def __init__(self, option: str, value: object, allowed: str) -> None:
        self.option: str = option
        self.value: object = value
        self.allowed: str = allowed

    def __str__(self) -> str:
        return f"{self.option}={self.value!r} is not possible for a limit: it is {self.allowed}."


class UnknownLimitError(ValueError):
    """A limit is asked for that the application does not have.

    Args:
        name: The name that was asked for.
        known: The names that the application has.
    """

    def __init__(self, name: str, known: Sequence[str] = ()) -> None:
        self.name: str = name
        self.known: tuple[str, ...] = tuple(known)

    def __str__(self) -> str:
        known = ", ".join(map(repr, self.known)) or "none"
        return (
            f"There is no limit named {self.name!r}; the application has {known}.\n"
            f"Add it: `app.add_limit({self.name!r}, Limit.per_minute(...))`."
        )


class LimitExceeded(HTTPException):  # no mistake of the program: the answer 429
    """A quota is used up: the response is 429, with `Retry-After`.

    Args:
        policies: The names of the limits that refused.
        retry_after: Whole seconds until the same call would be allowed.
    """

    def __init__(self, policies: Sequence[str], retry_after: int) -> None:
        self.policies: tuple[str, ...] = tuple(policies)
        self.retry_after: int = retry_after
        detail = f"The quota of {', '.join(self.policies)} is used up: retry in {retry_after} s."
        super().__init__(429, detail, {"retry-after": str(retry_after)})


class LimitsUnavailable(HTTPException):  # no mistake of the program: the answer 503
    """A limit with `on_outage="deny"` cannot reach its store: the response is 503.

    Args:
        policies: The names of the limits.
        retry_after: Whole seconds until the store is asked again.
    """

    def __init__(self, policies: Sequence[str], retry_after: int) -> None:
        self.policies: tuple[str, ...] = tuple(policies)
        self.retry_after: int = retry_after
        super().__init__(503, "", {"retry-after": str(retry_after)})
