"""Who may do what: policies and the gate that asks them."""

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
    "AuthorizationError",
    "Decision",
    "DecisionObserver",
    "Gate",
    "InvalidPoliciesError",
    "InvalidPolicyError",
    "Policy",
    "RecordHidden",
    "UnknownPolicyError",
    "UserSource",
    "Verdict",
    "allow",
    "deny",
    "hide",
    "observing_decisions",
]
