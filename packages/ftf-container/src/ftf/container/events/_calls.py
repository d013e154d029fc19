"""The functions that call the listeners of events: one for each type of events."""

from collections.abc import Callable, Coroutine
from inspect import isawaitable
from types import CoroutineType
from typing import Any

from ..exceptions import AsyncDependencyError
from ..scopes._scope import Scope
from ._listener import USUAL_METHOD, Listener
from ._nesting import DEEPEST, Nesting, forget, note, path_to

type Call = Callable[[Scope, object], object]
"""Calls one listener with services of a scope and an event; what it returns may be awaitable."""

type CallAll = Callable[[Nesting, Scope, object], Coroutine[Any, Any, None]]
"""Calls listeners with an event, one after the other."""


def call_all(listeners: tuple[Listener, ...]) -> CallAll:
    """Return the function that calls listeners."""
    match calls := tuple(map(_call_of, listeners)):
        case ():
            return _none
        case (ClassCall() as call,) if call.method == USUAL_METHOD:
            return _one_class(call)
    return _each(calls)


def _call_of(listener: Listener) -> Call:
    if listener.enqueue is not None:
        return _function_call(listener.enqueue, "event")
    if listener.is_class:
        return ClassCall(listener.service, listener.name)
    return _function_call(listener.target, listener.name)


class ClassCall:
    """Calls a method of a class that the container builds.

    Args:
        service: The class.
        method: The name of the method.

    Attributes:
        is_awaited: Whether it has to be awaited to be built. Most listeners do not, which takes a
            fraction of the time.
    """

    __slots__ = ("is_awaited", "method", "service")

    def __init__(self, service: type[Any], method: str) -> None:
        self.service = service
        self.method = method
        self.is_awaited = False

    def __call__(self, scope: Scope, event: object) -> object:
        """Call the method; see `Call`."""
        if not self.is_awaited:
            try:
                built: object = scope.resolve(self.service)
            except AsyncDependencyError:
                self.is_awaited = True
            else:
                return getattr(built, self.method)(event)
        return self._build_and_call(scope, event)

    async def _build_and_call(self, scope: Scope, event: object) -> object:
        built: object = await scope.aresolve(self.service)
        result = getattr(built, self.method)(event)
        return await result if isawaitable(result) else result


def _function_call(function: Callable[..., object], name: str) -> Call:
    def call(scope: Scope, event: object) -> object:
        given = {name: event}
        callers = scope._functions.callers  # noqa: SLF001  # as `scope.acall` does
        return callers.find(function, given, awaiting=True)(scope, function, given)

    return call


async def _none(nesting: Nesting, scope: Scope, event: object) -> None:
    """Call no listener."""


def _each(calls: tuple[Call, ...]) -> CallAll:
    async def call_them(nesting: Nesting, scope: Scope, event: object) -> None:
        token = note(path_to(event)) if nesting.depth >= DEEPEST else None
        nesting.depth += 1
        try:
            for call in calls:
                result = call(scope, event)
                # isawaitable() asks an abstract class, which takes longer than all the rest.
                if type(result) is CoroutineType or (result is not None and isawaitable(result)):
                    await result
        finally:
            nesting.depth -= 1
            if token is not None:
                forget(token)

    return call_them


def _one_class(call: ClassCall) -> CallAll:
    """Return what `_each` does for one class, written out: most events have one listener."""
    service = call.service

    async def call_it(nesting: Nesting, scope: Scope, event: object) -> None:
        token = note(path_to(event)) if nesting.depth >= DEEPEST else None
        nesting.depth += 1
        try:
            try:
                deliver = scope._functions.sync[service]  # noqa: SLF001  # as `scope.resolve` does
            except KeyError:  # it is compiled at its first use
                result = call(scope, event)
            else:
                result = call(scope, event) if call.is_awaited else deliver(scope).handle(event)
            if type(result) is CoroutineType or (result is not None and isawaitable(result)):
                await result
        finally:
            nesting.depth -= 1
            if token is not None:
                forget(token)

    return call_it
