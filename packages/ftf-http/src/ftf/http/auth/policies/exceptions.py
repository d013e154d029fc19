"""The exceptions of policies.

Exception
└── AuthorizationError
    ├── AccessDenied (starlette.exceptions.HTTPException)
    └── RecordHidden
LookupError
└── UnknownPolicyError
TypeError
└── InvalidPolicyError
ValueError
└── InvalidPoliciesError
"""

from collections.abc import Sequence

from starlette.exceptions import HTTPException

from ...exceptions import RouteFault
from ._decision import Decision


class AuthorizationError(Exception):
    """A policy has refused.

    Attributes:
        decision: What it decided.
        ability: The ability that was asked, as `PostPolicy.update`.
    """

    decision: Decision
    ability: str


class AccessDenied(AuthorizationError, HTTPException):  # no mistake of the program: the answer 403
    """A policy has denied: the response has the status and the reason of its decision.

    Args:
        decision: What it decided.
        ability: The ability that was asked, as `PostPolicy.update`.
    """

    def __init__(self, decision: Decision, ability: str) -> None:
        self.decision = decision
        self.ability = ability
        HTTPException.__init__(self, decision.status, decision.reason)


class RecordHidden(AuthorizationError):  # no mistake of the program: the answer 404
    """A policy has hidden a record: the response is that to a record that does not exist.

    Args:
        decision: What it decided.
        ability: The ability that was asked, as `PostPolicy.update`.
        model: The model of the record.
    """

    def __init__(self, decision: Decision, ability: str, model: type) -> None:
        super().__init__(decision, ability, model)
        self.decision = decision
        self.ability = ability
        self.model: type = model

    def __str__(self) -> str:
        return f"{self.model.__name__} not found"


class UnknownPolicyError(LookupError):
    """The gate was asked for what no policy of the application has.

    Args:
        asked: The ability or the model.
        problem: The fault, as the end of a sentence that begins with what was asked.
        remedy: The way to fix it, in one sentence.
    """

    def __init__(self, asked: object, problem: str, remedy: str) -> None:
        self.asked: object = asked
        self.problem: str = problem
        self.remedy: str = remedy

    def __str__(self) -> str:
        name = getattr(self.asked, "__qualname__", repr(self.asked))
        return f"{name} {self.problem}.\n{self.remedy}"


class InvalidPolicyError(TypeError):
    """A policy cannot be added.

    Args:
        policy: What was given as the policy.
        problem: The fault, as the end of a sentence that begins with the policy.
        remedy: The way to fix it, in one sentence.
    """

    def __init__(self, policy: object, problem: str, remedy: str) -> None:
        self.policy: object = policy
        self.problem: str = problem
        self.remedy: str = remedy

    def __str__(self) -> str:
        name = getattr(self.policy, "__qualname__", repr(self.policy))
        return f"{name} {self.problem}.\n{self.remedy}"


class InvalidPoliciesError(ValueError):
    """An application cannot start: its policies cannot decide.

    Args:
        faults: Every fault, each with the policy or the route.
    """

    def __init__(self, faults: Sequence[RouteFault]) -> None:
        self.faults: tuple[RouteFault, ...] = tuple(faults)

    def __str__(self) -> str:
        first = f"The application cannot start: {len(self.faults)} faults of its policies."
        return "\n\n".join((first, *map(str, self.faults)))
