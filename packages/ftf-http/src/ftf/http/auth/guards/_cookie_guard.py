"""`CookieGuard`: logins that a browser sends by a cookie."""

from collections.abc import Mapping
from typing import ClassVar, Protocol, override

from starlette.requests import HTTPConnection

from .._grant import Grant
from .._guard import Guard, Json
from .._identity import Identity
from ._session_cookie import SessionCookie


class CookieSessions(Protocol):
    """Knows the logins of cookies: a service that the application registers."""

    async def identify(self, value: str, connection: HTTPConnection) -> Identity:
        """Return who has logged in with a cookie.

        Args:
            value: The value of the cookie.
            connection: The request or websocket.

        Raises:
            Unauthenticated: It is not the cookie of a living login.
        """
        ...

    async def issue(self, grant: Grant) -> str:
        """Return the cookie of a new login."""
        ...


class CookieGuard(Guard):
    """Accepts the cookie of a login, which a browser sends by itself.

    The application needs `SecurityOptions`, which refuse the requests that other sites make.

    Args:
        sessions: Knows the logins.
        cookie: How the cookie is read.
    """

    challenge: ClassVar[str | None] = None
    security_scheme: ClassVar[Json] = {"type": "apiKey", "in": "cookie", "name": "__Host-session"}

    def __init__(self, sessions: CookieSessions, cookie: SessionCookie) -> None:
        self._sessions = sessions
        self._cookie = cookie

    @override
    async def authenticate(self, connection: HTTPConnection) -> Identity | None:
        """Return who has logged in with the cookie of a request; `None` if it has none."""
        value = self._cookie.read(connection)
        return None if value is None else await self._sessions.identify(value, connection)

    @override
    async def issue(self, grant: Grant) -> Mapping[str, str]:
        """Return the header with the cookie of a new login."""
        return {"cookie": f"{self._cookie.name}={await self._sessions.issue(grant)}"}
