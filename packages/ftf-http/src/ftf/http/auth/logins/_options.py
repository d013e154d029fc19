"""`LoginOptions`: how long logins live."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from ..exceptions import InvalidAuthError

_MOST_GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginOptions:
    """How long logins live, and what a client that lost a response may do.

    Args:
        lifetime: The time from a login to its end, however often it is used.
        idle: The time from its last use to its end.
        grace: How long a refresh token that was just replaced still gets the same successor, so
            that a lost response is not a lost login; at most a minute. 0 ends the login at once.
        seen_every: How exact `last_seen_at` is; between, nothing is written.
        unverified: Whether a user who has not shown that mail arrives may log in by a password:
            `"refuse"` answers 403. A link that sets a new password shows it too.
        kept: How long the row of a login that has ended is kept.
        limit: The name of the limits that failed logins are counted by; without such limits
            nothing is counted.

    Raises:
        InvalidAuthError: A time is below 0, or the grace is above a minute.
    """

    lifetime: timedelta = timedelta(days=30)
    idle: timedelta = timedelta(days=14)
    grace: timedelta = timedelta(seconds=30)
    seen_every: timedelta = timedelta(seconds=60)
    kept: timedelta = timedelta(days=7)
    limit: str = "login"
    unverified: Literal["allow", "refuse"] = "allow"

    def __post_init__(self) -> None:
        for name in ("lifetime", "idle", "grace", "seen_every", "kept"):
            if getattr(self, name) < timedelta(0):
                remedy = "Pass a time of 0 or more."
                raise InvalidAuthError(f"LoginOptions({name}=...)", "is below 0", remedy)
        if self.grace > _MOST_GRACE:
            remedy = "Within the grace, a stolen token is not noticed: choose at most 60 seconds."
            raise InvalidAuthError("LoginOptions(grace=...)", "is above a minute", remedy)
        if self.unverified not in {"allow", "refuse"}:
            remedy = 'Write "allow" or "refuse".'
            raise InvalidAuthError("LoginOptions(unverified=...)", "is another word", remedy)
