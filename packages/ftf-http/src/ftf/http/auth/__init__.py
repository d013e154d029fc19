"""Authentication: who sends a request, and what the credential allows."""

from ._clock import Clock
from ._guard import Guard
from ._identity import Identity
from ._users import Users
from .exceptions import AccessForbidden, AmbiguousCredentials, InvalidAuthError, Unauthenticated
from .keys._key_ring import KeyRing
from .keys._secret import Secret
from .passwords._argon2 import Argon2
from .passwords._common import CommonPasswords, CompromisedPasswords
from .passwords._legacy import LegacyVerifier
from .passwords._passwords import Passwords
from .passwords.exceptions import PasswordsBusy, UnusablePassword

__all__ = [
    "AccessForbidden",
    "AmbiguousCredentials",
    "Argon2",
    "Clock",
    "CommonPasswords",
    "CompromisedPasswords",
    "Guard",
    "Identity",
    "InvalidAuthError",
    "KeyRing",
    "LegacyVerifier",
    "Passwords",
    "PasswordsBusy",
    "Secret",
    "Unauthenticated",
    "UnusablePassword",
    "Users",
]
