"""Who sends a request, and what they may do."""

from ._clock import Clock
from ._guard import Guard
from ._identity import Identity
from ._users import Users
from .exceptions import AccessForbidden, AmbiguousCredentials, InvalidAuthError, Unauthenticated
from .keys._key_ring import KeyRing
from .keys._secret import Secret
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

__all__ = [
    "AccessDenied",
    "AccessForbidden",
    "AmbiguousCredentials",
    "AuthorizationError",
    "Clock",
    "Decision",
    "DecisionObserver",
    "Gate",
    "Guard",
    "Identity",
    "InvalidAuthError",
    "InvalidPoliciesError",
    "InvalidPolicyError",
    "KeyRing",
    "Policy",
    "RecordHidden",
    "Secret",
    "Unauthenticated",
    "UnknownPolicyError",
    "UserSource",
    "Users",
    "Verdict",
    "allow",
    "deny",
    "hide",
    "observing_decisions",
]
