"""Authentication: who sends a request, and what the credential allows."""

from ._clock import Clock
from ._guard import Guard
from ._identity import Identity
from ._users import Users
from .exceptions import AccessForbidden, AmbiguousCredentials, InvalidAuthError, Unauthenticated
from .keys._key_ring import KeyRing
from .keys._secret import Secret
from .logins._accounts import Accounts
from .logins._events import (
    LoggedIn,
    LoggedOut,
    LoginEvent,
    RefreshAhead,
    RefreshRetried,
    RefreshReused,
)
from .logins._login_session import LoginSession, LoginSessions
from .logins._options import LoginOptions
from .logins._session_token import SessionTokens
from .logins.exceptions import InvalidGrant, LoginFailed, UnknownLogin
from .passwords._argon2 import Argon2
from .passwords._common import CommonPasswords, CompromisedPasswords
from .passwords._legacy import LegacyVerifier
from .passwords._passwords import Passwords
from .passwords.exceptions import PasswordsBusy, UnusablePassword
from .stores._memory_accounts import MemoryAccounts, MemoryUser
from .stores._memory_logins import MemoryLogins

__all__ = [
    "AccessForbidden",
    "Accounts",
    "AmbiguousCredentials",
    "Argon2",
    "Clock",
    "CommonPasswords",
    "CompromisedPasswords",
    "Guard",
    "Identity",
    "InvalidAuthError",
    "InvalidGrant",
    "KeyRing",
    "LegacyVerifier",
    "LoggedIn",
    "LoggedOut",
    "LoginEvent",
    "LoginFailed",
    "LoginOptions",
    "LoginSession",
    "LoginSessions",
    "MemoryAccounts",
    "MemoryLogins",
    "MemoryUser",
    "Passwords",
    "PasswordsBusy",
    "RefreshAhead",
    "RefreshRetried",
    "RefreshReused",
    "Secret",
    "SessionTokens",
    "Unauthenticated",
    "UnknownLogin",
    "UnusablePassword",
    "Users",
]
