"""Events that are dispatched within each other."""

from contextvars import ContextVar, Token
from typing import Final

from .exceptions import EventRecursionError

DEEPEST: Final = 25
_path: ContextVar[tuple[type, ...]] = ContextVar("ftf.container.events.path", default=())


class Nesting:
    """How many events of a scope are dispatched at present.

    Context variables are slow, and most events are not nested: the types of the events are noted in
    one only where so many are dispatched that there may be a circle.

    Attributes:
        depth: The number of events.
    """

    __slots__ = ("depth",)

    def __init__(self) -> None:
        self.depth: int = 0


def note(types: tuple[type, ...]) -> Token[tuple[type, ...]]:
    """Note the types of the events that are dispatched within each other. Return what ends that."""
    return _path.set(types)


def forget(token: Token[tuple[type, ...]]) -> None:
    """Note what was noted before."""
    _path.reset(token)


def path_to(event: object) -> tuple[type, ...]:
    """Return the types of the events that are dispatched now, from the outermost to this one.

    Raises:
        EventRecursionError: They are too many.
    """
    types = (*_path.get(), type(event))
    if len(types) > DEEPEST:
        raise EventRecursionError(types)
    return types
