"""Events that are dispatched within each other."""

from contextvars import ContextVar
from typing import Final

from .exceptions import EventRecursionError

DEEPEST: Final = 25
path: ContextVar[tuple[type, ...]] = ContextVar("ftf.container.events.path", default=())


def path_to(event: type) -> tuple[type, ...]:
    """Return the types of the events that are dispatched now, from the outermost to this one.

    Raises:
        EventRecursionError: They are too many.
    """
    types = (*path.get(), event)
    if len(types) > DEEPEST:
        raise EventRecursionError(types)
    return types
