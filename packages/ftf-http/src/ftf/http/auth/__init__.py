"""Authentication: who sends a request, and what the credential allows."""

from ._auth import Auth
from ._clock import Clock
from ._current_user import CurrentUser
from ._guard import Guard
from ._identity import Identity
from ._logins_provider import LoginsProvider
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
from .logins._accounts import Accounts
from .logins._events import (
    LoggedIn,
    LoggedOut,
    LoginEvent,
    RefreshAhead,
    RefreshRetried,
    RefreshReused,
)
from .logins._known_login import KnownLogin
from .logins._login_session import LoginSession, LoginSessions
from .logins._logins import Logins
from .logins._options import LoginOptions
from .logins._session_token import SessionTokens
from .logins._token_pair import AccessToken, AccessTokenIssuer, TokenPair
from .logins.exceptions import InvalidGrant, InvalidScope, LoginFailed, UnknownLogin
from .passwords._argon2 import Argon2
from .passwords._common import CommonPasswords, CompromisedPasswords
from .passwords._legacy import LegacyVerifier
from .passwords._passwords import Passwords
from .passwords.exceptions import PasswordsBusy, UnusablePassword
from .stores._memory_accounts import MemoryAccounts, MemoryUser
from .stores._memory_logins import MemoryLogins
from .stores._memory_stores import MemoryStores
from .tokens._access_tokens import AccessTokenOptions, AccessTokens, IssuedToken

__all__ = [
    "Access",
    "AccessForbidden",
    "AccessToken",
    "AccessTokenIssuer",
    "AccessTokenOptions",
    "AccessTokens",
    "Accounts",
    "AmbiguousCredentials",
    "Argon2",
    "Auth",
    "AuthProvider",
    "BearerGuard",
    "Clock",
    "CommonPasswords",
    "CompromisedPasswords",
    "CookieGuard",
    "CookieSessions",
    "CurrentUser",
    "Guard",
    "Identity",
    "InvalidAuthError",
    "InvalidGrant",
    "InvalidScope",
    "IssuedToken",
    "KeyRing",
    "KnownLogin",
    "LegacyVerifier",
    "LiveConnections",
    "LoggedIn",
    "LoggedOut",
    "LoginEvent",
    "LoginFailed",
    "LoginOptions",
    "LoginSession",
    "LoginSessions",
    "Logins",
    "LoginsProvider",
    "MemoryAccounts",
    "MemoryLogins",
    "MemoryStores",
    "MemoryUser",
    "OpenRoute",
    "Passwords",
    "PasswordsBusy",
    "RefreshAhead",
    "RefreshRetried",
    "RefreshReused",
    "Secret",
    "SessionCookie",
    "SessionTokens",
    "SigningKey",
    "TokenPair",
    "Unauthenticated",
    "UnknownLogin",
    "UnusablePassword",
    "Users",
    "Visitor",
    "fresh",
    "jwk_set_router",
    "public",
]
