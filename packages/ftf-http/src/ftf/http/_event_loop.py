"""What depends on whether asyncio or trio runs the application."""

from asyncio import Task, create_task, current_task, get_running_loop, timeout
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import Context
from threading import Timer
from typing import Protocol, cast

from anyio import CancelScope, create_task_group, fail_after


class Cancellable(Protocol):
    """What serves an event stream."""

    def cancel(self) -> object:
        """Cancel it."""
        ...

    def uncancel(self) -> int:
        """Take back one cancellation, and return how many are left."""
        ...


class Timed(Protocol):
    """A call that is still to come."""

    def cancel(self) -> object:
        """Leave it out."""
        ...


class Loop(Protocol):
    """What asyncio's event loop can do for a signal handler."""

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: object) -> object:
        """Call a function in the loop, asked from anywhere."""
        ...

    def call_later(self, delay: float, callback: Callable[..., object], *args: object) -> Timed:
        """Call a function in the loop, a number of seconds later."""
        ...


class TrioLoop:
    """Does for trio what `Loop` says."""

    def __init__(self) -> None:
        from trio.lowlevel import current_trio_token  # noqa: PLC0415  # optional, and running

        self.call_soon_threadsafe: Callable[..., object] = current_trio_token().run_sync_soon

    def call_later(self, delay: float, callback: Callable[..., object], *args: object) -> Timed:
        """Call a function in the loop, a number of seconds later."""
        timer = Timer(delay, self.call_soon_threadsafe, (callback, *args))
        timer.daemon = True
        timer.start()
        return timer


class TrioScope:
    """Lets a cancel scope pass for a task, because trio cancels no tasks.

    Args:
        scope: The cancel scope.
    """

    def __init__(self, scope: CancelScope) -> None:
        self.cancel: Callable[[], object] = scope.cancel

    def uncancel(self) -> int:
        """Leave no cancellation: the scope's owner ends it."""
        return 0


def asyncio_task() -> Task[object] | None:
    """Return the running task, or `None` if asyncio does not run it."""
    try:
        return cast("Task[object]", current_task())
    except RuntimeError:  # no running event loop
        return None


def running_loop() -> Loop:
    """Return the event loop, whoever it belongs to."""
    return TrioLoop() if asyncio_task() is None else get_running_loop()


@asynccontextmanager
async def time_limit(seconds: float) -> AsyncIterator[None]:
    """Raise `TimeoutError` where the block takes longer.

    On asyncio it is no cancel scope: those that a service has opened may end inside the block.
    """
    if asyncio_task() is None:
        with fail_after(seconds):
            yield
    else:
        async with timeout(seconds):
            yield


async def without_context[T](work: Coroutine[object, object, T]) -> T:
    """Run a coroutine in a task that has none of this one's context variables."""
    if asyncio_task() is not None:
        return await create_task(work, context=Context())
    results: list[T] = []

    async def run() -> None:
        results.append(await work)

    try:
        async with create_task_group() as group:
            Context().run(group.start_soon, run)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return results[0]
