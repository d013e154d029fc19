"""Authentication: who sends a request, and what the credential allows."""

from ._clock import Clock
from ._guard import Guard
from ._identity import Identity
from ._users import Users
from .exceptions import AccessForbidden, AmbiguousCredentials, InvalidAuthError, Unauthenticated
from .keys._key_ring import KeyRing
from .keys._secret import Secret

__all__ = [
    "AccessForbidden",
    "AmbiguousCredentials",
    "Clock",
    "Guard",
    "Identity",
    "InvalidAuthError",
    "KeyRing",
    "Secret",
    "Unauthenticated",
    "Users",
]
