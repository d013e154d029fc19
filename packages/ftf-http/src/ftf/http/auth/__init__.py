"""Authentication: who sends a request, and what the credential allows."""

from ._auth import Auth
from ._clock import Clock
from ._current_user import CurrentUser
from ._guard import Guard
from ._identity import Identity
from ._users import Users
from .access._access import Access, fresh, public
from .access._expiry import LiveConnections
from .access._open_routes import OpenRoute
from .exceptions import AccessForbidden, AmbiguousCredentials, InvalidAuthError, Unauthenticated
from .keys._key_ring import KeyRing
from .keys._secret import Secret

__all__ = [
    "Access",
    "AccessForbidden",
    "AmbiguousCredentials",
    "Auth",
    "Clock",
    "CurrentUser",
    "Guard",
    "Identity",
    "InvalidAuthError",
    "KeyRing",
    "LiveConnections",
    "OpenRoute",
    "Secret",
    "Unauthenticated",
    "Users",
    "fresh",
    "public",
]
