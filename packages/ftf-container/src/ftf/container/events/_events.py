"""`Events`: calls the listeners of an event."""

from collections.abc import Coroutine
from inspect import markcoroutinefunction
from typing import Any

from .._container import Container
from .._correlation import Correlation, with_trace
from ..scopes._scope import Scope, still_open
from ..scopes._unit_of_work import OpenTransaction
from ._after_commit import AfterCommit
from ._heard import HeardByType
from ._nesting import Nesting, path_to


class Events(Nesting):
    """Dispatches events to the listeners of a container. A scope has one.

    Args:
        scope: The scope whose services listeners share.
        container: What opens the scopes of listeners after the commit.
        heard: Which listeners hear which events.
    """

    __slots__ = ("_calls", "_container", "_heard", "_scope")

    def __init__(self, scope: Scope, container: Container, heard: HeardByType) -> None:
        self._scope = scope
        self._container = container
        self._heard = heard
        self._calls = heard.calls
        self.depth = 0

    # A plain function that returns a coroutine: `async def` would add a frame to each event.
    @markcoroutinefunction
    def dispatch(
        self, event: object, *, after: OpenTransaction | None = None
    ) -> Coroutine[Any, Any, None]:
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
        # The property `is_closed` would take as long as all of this.
        if after is None and not scope._closed:  # noqa: SLF001
            try:
                return self._calls[type(event)](self, scope, event)
            except KeyError:
                pass
        return self._dispatch(event, after)

    async def _dispatch(self, event: object, after: OpenTransaction | None) -> None:
        scope = still_open(self._scope, type(event))
        heard = self._heard.of(type(event))
        if after is not None:
            after.after_commit(_nothing)  # raises if it has ended, before a listener is called
        await heard.call(self, scope, event)
        if not heard.after_commit:
            return
        correlation = with_trace(await scope.aresolve(Correlation))
        calls = AfterCommit(self._container, heard.after_commit, event, path_to(event), correlation)
        if after is not None:
            after.after_commit(calls.call_apart)
        elif not scope.units.defer(calls.call_apart):
            await calls.call()


def _nothing() -> None:
    """Do nothing."""
