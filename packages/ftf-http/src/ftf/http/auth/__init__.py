"""Authentication: who sends a request, and what the credential allows."""

from ._auth import Auth
from ._clock import Clock
from ._current_user import CurrentUser
from ._guard import Guard
from ._identity import Identity
from ._provider import AuthProvider
from ._users import Users
from ._visitor import Visitor
from .access._access import Access, fresh, public
from .access._expiry import LiveConnections
from .access._open_routes import OpenRoute
from .exceptions import AccessForbidden, AmbiguousCredentials, InvalidAuthError, Unauthenticated
from .guards._bearer_guard import BearerGuard
from .guards._cookie_guard import CookieGuard, CookieSessions
from .guards._session_cookie import SessionCookie
from .keys._jwk_set import jwk_set_router
from .keys._key_ring import KeyRing
from .keys._secret import Secret
from .keys._signing_key import SigningKey
from .tokens._access_tokens import AccessTokenOptions, AccessTokens, IssuedToken

__all__ = [
    "Access",
    "AccessForbidden",
    "AccessTokenOptions",
    "AccessTokens",
    "AmbiguousCredentials",
    "Auth",
    "AuthProvider",
    "BearerGuard",
    "Clock",
    "CookieGuard",
    "CookieSessions",
    "CurrentUser",
    "Guard",
    "Identity",
    "InvalidAuthError",
    "IssuedToken",
    "KeyRing",
    "LiveConnections",
    "OpenRoute",
    "Secret",
    "SessionCookie",
    "SigningKey",
    "Unauthenticated",
    "Users",
    "Visitor",
    "fresh",
    "jwk_set_router",
    "public",
]
