"""What happens to logins, as events."""

from dataclasses import dataclass
from typing import Self

from ._login_session import LoginSession


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginEvent:
    """Something has happened to a login.

    Attributes:
        session_id: The id of the login.
        user: The user's key as text.
        ip: The address that the client has now.
        known_ip: The address at the login.
    """

    session_id: str
    user: str
    ip: str | None
    known_ip: str | None

    @classmethod
    def about(cls, login: LoginSession, ip: str | None) -> Self:
        """Return the event of a login, and of the address that the client has now."""
        return cls(session_id=login.id, user=login.user, ip=ip, known_ip=login.ip)


class LoggedIn(LoginEvent):
    """A user has logged in."""


class LoggedOut(LoginEvent):
    """A login was ended by its user."""


class OtherLoginsEnded(LoginEvent):
    """All logins of a user have ended but that of the event, by its user or by a new password.

    The `session_id` is empty where none goes on.
    """

    @classmethod
    def of(cls, user: str, kept: str | None, ip: str | None) -> Self:
        """Return the event of a user, of the login that goes on, and of the client's address."""
        return cls(session_id=kept or "", user=user, ip=ip, known_ip=None)


class RefreshRetried(LoginEvent):
    """A refresh token that was just replaced has come again, and got the same successor.

    Often a response was lost. From another address it can be a thief.
    """


class RefreshReused(LoginEvent):
    """A refresh token that was replaced before has come again, and the login was ended.

    Either the user or a thief has an old copy.
    """


class RefreshAhead(LoginEvent):
    """A genuine refresh token is newer than its row: the database was restored, or is behind."""
