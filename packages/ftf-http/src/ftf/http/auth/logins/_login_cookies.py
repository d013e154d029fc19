"""`LoginCookies`: who has logged in with a cookie."""

from starlette.requests import HTTPConnection

from .._clock import Clock
from .._grant import Grant
from .._identity import Identity
from ..exceptions import Unauthenticated
from ._login_session import LoginSessions
from ._new_login import new_login
from ._options import LoginOptions
from ._session_token import SessionTokens


class LoginCookies:
    """Knows the logins of cookies, for `CookieGuard`.

    Args:
        rows: The rows of logins.
        tokens: What reads cookies.
        clock: The time.
        options: How long logins live.
    """

    def __init__(
        self, rows: LoginSessions, tokens: SessionTokens, clock: Clock, options: LoginOptions
    ) -> None:
        self._rows = rows
        self._tokens = tokens
        self._clock = clock
        self._options = options

    async def identify(self, value: str, connection: HTTPConnection) -> Identity:  # noqa: ARG002
        """Return who has logged in with a cookie, and note that the login was used.

        Raises:
            Unauthenticated: It is not the cookie of a living login.
        """
        now = self._clock.now()
        token = self._tokens.read_cookie(value, now)
        row = None if token is None else await self._rows.find(token.id)
        if (
            token is None
            or not token.is_genuine(row)
            or row is None
            or row.kind != "cookie"
            or not row.is_alive(now)
        ):
            raise Unauthenticated("The cookie of the session is not valid.")
        if now - row.last_seen_at >= self._options.seen_every:
            idle = min(now + self._options.idle, row.expires_at)
            await self._rows.touch(row.id, now, now - self._options.seen_every, idle)
        return Identity(
            subject=row.user,
            guard="",
            scopes=frozenset(row.scopes),
            authenticated_at=row.authenticated_at,
            methods=row.methods,
            session_id=row.id,
            version=row.auth_version,
            client=row.client,
            expires_at=row.expires_at,
        )

    async def issue(self, grant: Grant) -> str:
        """Return the cookie of a new login, as tests need it."""
        login = new_login("cookie", grant, self._clock.now(), self._options)
        await self._rows.add(login)
        return self._tokens.cookie(login)
