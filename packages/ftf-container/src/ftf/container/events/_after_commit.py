"""Listeners after the commit: each in a scope of its own, apart from the work that is done."""

import logging
from contextvars import Context, copy_context
from typing import Final

from .._container import Container
from .._correlation import Correlation, continue_trace
from .._dependency_path import name_of
from .._span import span
from ..scopes._event_loop import is_own_cancellation, run_apart
from ..scopes._settled import settled
from ._calls import CallAll
from ._listener import Listener
from ._nesting import Nesting, note
from ._own_context import in_context

CLEANUP_SECONDS: Final = 10.0
_logger = logging.getLogger("ftf.container.events")


class AfterCommit:
    """The calls of listeners after a commit, none of which can fail the work.

    Args:
        container: What opens a scope for each listener.
        listeners: The listeners, and what calls each.
        event: The event.
        types: The types of the events that it was dispatched within, and its own.
        correlation: The headers of the work.
    """

    __slots__ = ("_container", "_correlation", "_event", "_listeners", "_types")

    def __init__(
        self,
        container: Container,
        listeners: tuple[tuple[Listener, CallAll], ...],
        event: object,
        types: tuple[type, ...],
        correlation: Correlation,
    ) -> None:
        self._container = container
        self._listeners = listeners
        self._event = event
        self._types = types
        self._correlation = correlation

    async def call(self) -> None:
        """Call the listeners, one after the other; what they raise is logged."""
        for listener, call in self._listeners:
            context = Context()
            context.run(note, self._types)
            context.run(Correlation.of_records.set, Correlation.of_records.get())
            continue_trace(self._correlation, context)
            try:
                await in_context(context, self._call(listener, call))
            except BaseException as error:
                if not isinstance(error, Exception) and not is_own_cancellation(error):
                    raise
                name, where = name_of(type(self._event)), self._correlation
                _logger.exception("the listener %s of %s failed%s", listener, name, where)

    async def call_apart(self) -> None:
        """Call the listeners, all of them even if the task is cancelled meanwhile."""
        # The context of the work, so that what is logged carries its request id.
        await run_apart(self.call, copy_context(), CLEANUP_SECONDS)

    async def _call(self, listener: Listener, call: CallAll) -> None:
        # A scope that is given values takes three times as long.
        values: dict[object, object] = {Correlation: self._correlation} if self._correlation else {}
        about = {"event": type(self._event).__name__, "listener": str(listener)}
        with span("ftf.listener", **about):
            async with self._container.scoped_context(values) as scope:
                await settled(scope, call(Nesting(), scope, self._event))
