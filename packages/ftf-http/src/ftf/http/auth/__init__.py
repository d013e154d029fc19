"""Authentication: who sends a request, and what the credential allows."""

from ._auth import Auth
from ._clock import Clock
from ._current_user import CurrentUser
from ._grant import Grant
from ._guard import Guard
from ._identity import Identity
from ._logins_provider import LoginsProvider
from ._provider import AuthProvider
from ._users import Users
from ._visitor import Visitor
from .access._access import Access, fresh, public
from .access._credentials import Credentials
from .access._open_routes import OpenRoute
from .api_tokens._api_token import ApiToken, ApiTokenStore
from .api_tokens._api_token_guard import ApiTokenGuard
from .api_tokens._api_tokens import ApiTokens, NewApiToken
from .api_tokens.exceptions import ScopeNotAllowed, UnknownApiToken, UnusableApiToken
from .connections._live_connections import LiveConnections
from .exceptions import AccessForbidden, AmbiguousCredentials, InvalidAuthError, Unauthenticated
from .guards._bearer_guard import BearerGuard
from .guards._cookie_guard import CookieGuard, CookieSessions
from .guards._session_cookie import SessionCookie
from .keys._jwk_set import jwk_set_router
from .keys._key_ring import KeyRing
from .keys._secret import Secret
from .keys._signing_key import SigningKey
from .links._link_token import LinkTokens
from .links._links import Links
from .links._options import LinkOptions
from .links.exceptions import InvalidLink
from .logins._accounts import Accounts
from .logins._events import (
    LoggedIn,
    LoggedOut,
    LoginEvent,
    OtherLoginsEnded,
    RefreshAhead,
    RefreshRetried,
    RefreshReused,
)
from .logins._known_login import KnownLogin
from .logins._login_session import LoginSession, LoginSessions
from .logins._logins import Logins
from .logins._options import LoginOptions
from .logins._session_token import SessionTokens
from .logins.exceptions import (
    EmailNotVerified,
    InvalidGrant,
    InvalidScope,
    LoginFailed,
    UnknownLogin,
)
from .passwords._argon2 import Argon2
from .passwords._common import CommonPasswords, CompromisedPasswords
from .passwords._legacy import LegacyVerifier
from .passwords._passwords import Passwords
from .passwords.exceptions import PasswordsBusy, UnusablePassword
from .policies._decision import Decision, Verdict, allow, deny, hide
from .policies._gate import Gate
from .policies._observer import DecisionObserver, observing_decisions
from .policies._policy import Policy
from .policies._user_source import UserSource
from .policies.exceptions import (
    AccessDenied,
    AuthorizationError,
    InvalidPoliciesError,
    InvalidPolicyError,
    RecordHidden,
    UnknownPolicyError,
)
from .routes._account_routes import AccountRoutes
from .routes._auth_routes import auth_routes
from .routes._cookie_routes import CookieRoutes
from .routes._email_routes import EmailRoutes
from .routes._mail import AuthMail, EmailMail
from .routes._session_routes import SessionRoutes
from .routes._token_routes import TokenRoutes
from .stores._memory_accounts import MemoryAccounts, MemoryUser
from .stores._memory_api_tokens import MemoryApiTokens
from .stores._memory_logins import MemoryLogins
from .stores._memory_stores import MemoryStores
from .tokens._access_tokens import (
    AccessTokenOptions,
    AccessTokens,
    IssuedToken,
    WrongAudience,
)
from .tokens._token_pair import TokenPair

__all__ = [
    "Access",
    "AccessDenied",
    "AccessForbidden",
    "AccessTokenOptions",
    "AccessTokens",
    "AccountRoutes",
    "Accounts",
    "AmbiguousCredentials",
    "ApiToken",
    "ApiTokenGuard",
    "ApiTokenStore",
    "ApiTokens",
    "Argon2",
    "Auth",
    "AuthMail",
    "AuthProvider",
    "AuthorizationError",
    "BearerGuard",
    "Clock",
    "CommonPasswords",
    "CompromisedPasswords",
    "CookieGuard",
    "CookieRoutes",
    "CookieSessions",
    "Credentials",
    "CurrentUser",
    "Decision",
    "DecisionObserver",
    "EmailMail",
    "EmailNotVerified",
    "EmailRoutes",
    "Gate",
    "Grant",
    "Guard",
    "Identity",
    "InvalidAuthError",
    "InvalidGrant",
    "InvalidLink",
    "InvalidPoliciesError",
    "InvalidPolicyError",
    "InvalidScope",
    "IssuedToken",
    "KeyRing",
    "KnownLogin",
    "LegacyVerifier",
    "LinkOptions",
    "LinkTokens",
    "Links",
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
    "MemoryApiTokens",
    "MemoryLogins",
    "MemoryStores",
    "MemoryUser",
    "NewApiToken",
    "OpenRoute",
    "OtherLoginsEnded",
    "Passwords",
    "PasswordsBusy",
    "Policy",
    "RecordHidden",
    "RefreshAhead",
    "RefreshRetried",
    "RefreshReused",
    "ScopeNotAllowed",
    "Secret",
    "SessionCookie",
    "SessionRoutes",
    "SessionTokens",
    "SigningKey",
    "TokenPair",
    "TokenRoutes",
    "Unauthenticated",
    "UnknownApiToken",
    "UnknownLogin",
    "UnknownPolicyError",
    "UnusableApiToken",
    "UnusablePassword",
    "UserSource",
    "Users",
    "Verdict",
    "Visitor",
    "WrongAudience",
    "allow",
    "auth_routes",
    "deny",
    "fresh",
    "hide",
    "jwk_set_router",
    "observing_decisions",
    "public",
]
