"""The check of start-up: cookies of logins are only used where other sites cannot use them."""

from ftf.container import Container

from .access._guards import Guards
from .exceptions import InvalidAuthError
from .guards._cookie_guard import CookieGuard
from .guards._session_cookie import SessionCookie


def check_cookies(container: Container, *, refuses_sites: bool, requires_https: bool) -> None:
    """Check how an application uses cookies.

    Args:
        container: Its container.
        refuses_sites: Whether it refuses unsafe requests that other sites make.
        requires_https: Whether it requires https.

    Raises:
        InvalidAuthError: It accepts cookies and the requests of other sites, or has a cookie for
            plain http and requires https.
    """
    guards = container.resolve(Guards).named() if Guards in container else ()
    if not any(issubclass(guard, CookieGuard) for _, guard in guards):
        return
    if not refuses_sites:
        raise InvalidAuthError(
            "CookieGuard",
            "accepts what browsers send for other sites, because nothing refuses it",
            'Pass `FastTrackFramework(security=SecurityOptions())`, without `csrf="off"`.',
        )
    cookie = container.resolve(SessionCookie) if SessionCookie in container else SessionCookie()
    if cookie.plain_http and requires_https:
        raise InvalidAuthError(
            "SessionCookie(plain_http=True)",
            'stands beside `SecurityOptions(https="require")`',
            "Leave it out: it is for development over http.",
        )
