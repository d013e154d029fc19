"""What is wrong with values that a client sends: faults, and the error that carries them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ._error import OrmError
from ._values import InvalidValue


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what a client sent. It repeats no value that was sent.

    Args:
        pointer: Where, as a JSON pointer (RFC 6901), such as "/price__gte" or "/lines/3/product".
        code: What, for programs, such as "integer".
        detail: What, for people.
        params: The facts of the detail, by name, such as `{"maximum": 100}`.
        allowed: What could be there instead, where that is a list.
    """

    pointer: str
    code: str
    detail: str
    params: Mapping[str, object] = field(default_factory=dict)
    allowed: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.pointer or '(all)'}: {self.detail}"


class InvalidInput(InvalidValue):
    """What a client sent has faults.

    Args:
        faults: What is wrong, in the order of what was sent; at least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        OrmError.__init__(self, faults)  # the `args` that pickle passes
        self.faults: tuple[Fault, ...] = tuple(faults)

    def __str__(self) -> str:
        return self.reason


class InvalidCriteria(InvalidInput):
    """The parameters of a list are not all allowed. No query ran."""


class RuleViolation(InvalidInput):
    """Values break a rule about stored records, such as `Unique`. Nothing was stored."""


def pointer_to(*steps: str | int) -> str:
    """Return the JSON pointer (RFC 6901) along names and indexes."""
    return "".join(f"/{_escaped(str(step))}" for step in steps)


def _escaped(step: str) -> str:
    # A lone surrogate of a client cannot be encoded into an answer.
    known = step.encode("utf-8", "backslashreplace").decode()
    return known.replace("~", "~0").replace("/", "~1")
