"""Calling listeners in a scope."""

from inspect import isawaitable
from types import CoroutineType

from ..scopes._scope import Scope
from ._listener import Listener


async def call_each(listeners: tuple[Listener, ...], scope: Scope, event: object) -> None:
    """Call listeners with an event, one after the other, with services of a scope."""
    for listener in listeners:
        if listener.is_class:
            service: object = await scope.aresolve(listener.service)
            result = getattr(service, listener.name)(event)
        else:
            result = await scope.acall(listener.target, **{listener.name: event})
        # isawaitable() asks an abstract class, which takes longer than all the rest.
        if type(result) is CoroutineType or (result is not None and isawaitable(result)):
            await result
