"""Authentication: who sends a request, and what the credential allows."""

from ._auth import Auth
from ._clock import Clock
from ._current_user import CurrentUser
from ._grant import Grant
from ._guard import Guard
from ._identity import Identity
from ._provider import AuthProvider
from ._users import Users
from ._visitor import Visitor
from .access._access import Access, fresh, public
from .access._credentials import Credentials
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
from .tokens._access_tokens import AccessTokenOptions, AccessTokens, IssuedToken

__all__ = [
    "Access",
    "AccessDenied",
    "AccessForbidden",
    "AccessTokenOptions",
    "AccessTokens",
    "AmbiguousCredentials",
    "Auth",
    "AuthProvider",
    "AuthorizationError",
    "BearerGuard",
    "Clock",
    "CookieGuard",
    "CookieSessions",
    "Credentials",
    "CurrentUser",
    "Decision",
    "DecisionObserver",
    "Gate",
    "Grant",
    "Guard",
    "Identity",
    "InvalidAuthError",
    "InvalidPoliciesError",
    "InvalidPolicyError",
    "IssuedToken",
    "KeyRing",
    "LiveConnections",
    "OpenRoute",
    "Policy",
    "RecordHidden",
    "Secret",
    "SessionCookie",
    "SigningKey",
    "Unauthenticated",
    "UnknownPolicyError",
    "UserSource",
    "Users",
    "Verdict",
    "Visitor",
    "allow",
    "deny",
    "fresh",
    "hide",
    "jwk_set_router",
    "observing_decisions",
    "public",
]
