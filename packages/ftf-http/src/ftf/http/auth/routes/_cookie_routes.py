"""`CookieRoutes`: login and logout of browsers."""

from fastapi import Response
from starlette.requests import Request

from ...injection._inject import Injected
from ...routing._controller import Controller, delete, post
from .._identity import Identity
from ..access._access import Access, public
from ..exceptions import Unauthenticated
from ..guards._cookie_guard import CookieSessions
from ..guards._session_cookie import SessionCookie
from ..logins._logins import Logins
from ..logins._session_token import SessionTokens
from ._bodies import CookieLoginIn


class CookieRoutes[U](Controller):
    """`POST /session` and `DELETE /session`: a browser logs in and out."""

    @post("/session", status_code=204)
    @public
    async def log_in(  # noqa: PLR0917  # the services of one request
        self,
        body: CookieLoginIn,
        request: Request,
        response: Response,
        logins: Injected[Logins[U]],
        sessions: Injected[CookieSessions],
        tokens: Injected[SessionTokens],
        cookie: Injected[SessionCookie],
    ) -> None:
        """Log in by e-mail address and password; the login that the browser had ends."""
        user = await logins.verify(body.email, body.password)
        before = await _login_of(request, cookie, sessions)
        login = await logins.begin(user, "cookie", methods=("pwd",), replaces=before)
        cookie.set(response, tokens.cookie(login), login.expires_at)

    @delete("/session", status_code=204)
    @Access()
    async def log_out(
        self,
        me: Injected[Identity],
        response: Response,
        logins: Injected[Logins[U]],
        cookie: Injected[SessionCookie],
    ) -> None:
        """End the login that the request belongs to, and delete its cookie."""
        await logins.logout(me)
        cookie.clear(response)


async def _login_of(
    request: Request, cookie: SessionCookie, sessions: CookieSessions
) -> str | None:
    """Return the id of the login that a browser has; `None` if its cookie is dead, or two."""
    try:
        value = cookie.read(request)
        return None if value is None else (await sessions.identify(value, request)).session_id
    except Unauthenticated:
        return None
