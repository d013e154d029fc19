"""`ConnectionOptions`: how often the credential of an open connection is checked."""

from dataclasses import dataclass
from datetime import timedelta

from ..exceptions import InvalidAuthError


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """How often the credential of an open connection is checked.

    Args:
        check_every: The time between two checks.

    Raises:
        InvalidAuthError: The time is below 0.
    """

    check_every: timedelta = timedelta(seconds=60)

    def __post_init__(self) -> None:
        if self.check_every < timedelta(0):
            raise InvalidAuthError("check_connections", "is below 0", "Pass a time of 0 or more.")
