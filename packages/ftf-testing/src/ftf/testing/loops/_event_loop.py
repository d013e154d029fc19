"""The event loop of a test, for fixtures that are not async."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from inspect import iscoroutine
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from sqlalchemy import Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
    from sqlalchemy.orm import Session


class EventLoop:
    """Runs work in the event loop of a test, while the test itself does not run.

    Sync objects are accepted as well, so that callers need not distinguish the engines.

    Args:
        loop: The loop, which must not be running.
        at_end: Callbacks that run before the loop is closed.
    """

    def __init__(self, loop: "AbstractEventLoop", at_end: AsyncExitStack) -> None:
        self._loop = loop
        self.at_end = at_end

    def wait_for[T](self, work: Coroutine[object, object, T]) -> T:
        """Run a coroutine to its end."""
        return self._loop.run_until_complete(work)

    @contextmanager
    def entered[T](self, context: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """Enter an async context manager, and leave it when the block ends or fails."""
        stack = AsyncExitStack()
        value = self.wait_for(stack.enter_async_context(context))
        try:
            yield value
        finally:
            self.wait_for(stack.aclose())

    def connect(self, engine: "AsyncEngine | Engine") -> "AsyncConnection | Connection":
        """Open a connection."""
        connection: AsyncConnection | Connection = engine.connect()
        # AsyncEngine.connect() returns a connection that is opened by `await` or start().
        if start := getattr(connection, "start", None):
            self.wait_for(start())
        return connection

    def work_on[T](
        self, connection: "AsyncConnection | Connection", work: "Callable[[Connection], T]"
    ) -> T:
        """Call a function with a sync connection: the given one, or that of an async one."""
        if run := getattr(connection, "run_sync", None):
            return cast("T", self.wait_for(run(work)))
        return work(cast("Connection", connection))

    def close(self, opened: "AsyncConnection | AsyncSession | Connection | Session") -> None:
        """Close a connection or session."""
        if iscoroutine(closing := opened.close()):
            self.wait_for(closing)
