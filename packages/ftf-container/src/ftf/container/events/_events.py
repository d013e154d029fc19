"""`Events`: calls the listeners of an event."""

from collections.abc import Mapping

from .._container import Container
from .._correlation import Correlation, with_trace
from ..scopes._scope import Scope, still_open
from ..scopes._unit_of_work import OpenTransaction
from ._after_commit import AfterCommit
from ._calls import call_each
from ._heard import Heard
from ._nesting import path, path_to

_NESTED = 25


class Events:
    """Dispatches events to the listeners of a container. A scope has one.

    Args:
        scope: The scope whose services listeners share.
        container: What opens the scopes of listeners after the commit.
        heard: Which listeners hear which events.
    """

    __slots__ = ("_container", "_heard", "_running", "_scope")

    def __init__(
        self, scope: Scope, container: Container, heard: Mapping[type, Heard | None]
    ) -> None:
        self._scope = scope
        self._container = container
        self._heard = heard
        self._running = 0

    async def dispatch(self, event: object, *, after: OpenTransaction | None = None) -> None:
        """Call the listeners of an event, one after the other, in the order of registration.

        Those that were registered with `after_commit` are called after the outermost commit of the
        open transaction, or when the units of work of the scope are settled, or at the end of this
        call if neither is pending. What they raise is logged.

        Args:
            event: Any object; listeners of its class and of its base classes are called.
            after: The transaction to wait for, if the scope has several open ones or it belongs to
                no scope.

        Raises:
            Exception: What a listener raised; those after it were not called.
            EventRecursionError: Listeners dispatch events in a circle.
            ScopeClosedError: The scope has ended.
        """
        scope = self._scope
        if scope.is_closed:
            scope = still_open(scope, type(event))
        if after is not None:
            after.after_commit(_nothing)  # raises if it has ended, before a listener is called
        heard = self._heard[type(event)]
        if heard is None:
            return
        self._running += 1
        # Context variables are slow, and most events are not nested: note the types in one only
        # where a circle is possible.
        outer = path.set(path_to(type(event))) if self._running > _NESTED else None
        try:
            await call_each(heard.at_once, scope, event)
        finally:
            self._running -= 1
            if outer is not None:
                path.reset(outer)
        if heard.after_commit:
            types = path_to(type(event))
            correlation = with_trace(await scope.aresolve(Correlation))
            calls = AfterCommit(self._container, heard.after_commit, event, types, correlation)
            if after is not None:
                after.after_commit(calls.call_apart)
            elif not scope.units.defer(calls.call_apart):
                await calls.call()


def _nothing() -> None:
    """Do nothing."""
