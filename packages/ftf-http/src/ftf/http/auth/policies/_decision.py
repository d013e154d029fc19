"""`Decision`: what a policy has decided, and how a refusal is answered."""

from dataclasses import dataclass
from typing import Final

_CLIENT_ERRORS: Final = range(400, 500)
_UNAUTHENTICATED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy has decided; `allow`, `deny` and `hide` make one. It is true if it allows.

    Args:
        allowed: Whether the user may.
        reason: Why not; clients see it.
        status: The status of the response to a refusal.
        hidden: Whether a refusal is answered as if the record did not exist.
    """

    allowed: bool
    reason: str = ""
    status: int = _FORBIDDEN
    hidden: bool = False

    def __bool__(self) -> bool:
        return self.allowed


type Verdict = bool | Decision
"""What an ability returns; `False` is `deny()`."""

_ALLOWED: Final = Decision(allowed=True)
_DENIED: Final = Decision(allowed=False)
_HIDDEN: Final = Decision(allowed=False, status=_NOT_FOUND, hidden=True)
# Of a guest, whom the policy was not asked about.
UNAUTHENTICATED: Final = Decision(allowed=False, status=_UNAUTHENTICATED)


def allow() -> Decision:
    """Return the decision that a user may."""
    return _ALLOWED


def deny(reason: str = "", status: int = _FORBIDDEN) -> Decision:
    """Return the decision that a user may not.

    Args:
        reason: Why not; clients see it.
        status: The status of the response, from 400 to 499.

    Raises:
        ValueError: `status` is not from 400 to 499.
    """
    if status not in _CLIENT_ERRORS:
        raise ValueError(f"status must be from 400 to 499, not {status!r}.")
    return Decision(allowed=False, reason=reason, status=status)


def hide() -> Decision:
    """Return the decision that a user may not know that the record exists: the response is 404."""
    return _HIDDEN


def decision_of(answer: object, asked: object) -> Decision:
    """Return the decision that the answer of an ability is.

    Raises:
        TypeError: It is neither a bool nor a `Decision`, so it decides nothing.
    """
    if answer is True:
        return _ALLOWED
    if answer is False:
        return _DENIED
    if isinstance(answer, Decision):
        return answer
    raise TypeError(f"{asked} must return a bool or a Decision, not {answer!r}.")
