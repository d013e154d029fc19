"""The differences between asyncio and trio: tasks, time limits, calls from signal handlers."""

from asyncio import Task, create_task, current_task, get_running_loop, timeout, wait
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from threading import Timer
from typing import NamedTuple, Protocol

from anyio import CancelScope, create_task_group, fail_after


class Cancellable(Protocol):
    """The task that serves an event stream, on asyncio, or its cancel scope, on trio."""

    def cancel(self) -> object:
        """Cancel it."""
        ...

    def uncancel(self) -> int:
        """Withdraw one request for cancellation. Return how many remain."""
        ...


class Timed(Protocol):
    """A call that is scheduled for later."""

    def cancel(self) -> object:
        """Remove it from the schedule."""
        ...


class Loop(Protocol):
    """The methods of asyncio's event loop that signal handlers use."""

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: object) -> object:
        """Schedule a call in the loop, from any thread or signal handler."""
        ...

    def call_later(self, delay: float, callback: Callable[..., object], *args: object) -> Timed:
        """Schedule a call in the loop after `delay` seconds."""
        ...


class TrioLoop:
    """The `Loop` of trio."""

    def __init__(self) -> None:
        from trio.lowlevel import current_trio_token  # noqa: PLC0415  # optional, and imported where trio runs

        self.call_soon_threadsafe: Callable[..., object] = current_trio_token().run_sync_soon

    def call_later(self, delay: float, callback: Callable[..., object], *args: object) -> Timed:
        """Schedule a call in the loop after `delay` seconds."""
        timer = Timer(delay, self.call_soon_threadsafe, (callback, *args))
        timer.daemon = True
        timer.start()
        return timer


class TrioScope:
    """A cancel scope as `Cancellable`; trio cancels scopes, where asyncio cancels tasks.

    Args:
        scope: The cancel scope.
    """

    def __init__(self, scope: CancelScope) -> None:
        self.cancel: Callable[[], object] = scope.cancel

    def uncancel(self) -> int:
        """Return 0: the cancellation of a trio scope ends with the scope."""
        return 0


def asyncio_task() -> Task[object] | None:
    """Return the running task, or `None` if asyncio does not run it."""
    try:
        return current_task()
    except RuntimeError:  # no running event loop
        return None


def running_loop() -> Loop:
    """Return the running event loop, of asyncio or of trio."""
    return TrioLoop() if asyncio_task() is None else get_running_loop()


class TimeLimit(NamedTuple):
    """The limit of a block.

    Attributes:
        end: Ends the block now, as if its time were over.
        is_over: Returns whether the block was ended by its limit.
    """

    end: Callable[[], object]
    is_over: Callable[[], bool]


@asynccontextmanager
async def time_limit(seconds: float | None) -> AsyncIterator[TimeLimit]:
    """Raise `TimeoutError` if the block takes longer than `seconds`, or was ended.

    asyncio.timeout() is not a cancel scope: anyio requires cancel scopes to exit innermost first,
    and the block may exit one that a service entered before the block.
    """
    if asyncio_task() is None:
        with fail_after(seconds) as scope:
            yield TimeLimit(scope.cancel, lambda: scope.cancel_called)
    else:
        async with timeout(seconds) as limit:
            now = get_running_loop().time
            yield TimeLimit(lambda: limit.reschedule(now()), limit.expired)


@asynccontextmanager
async def beside(work: Callable[[], Coroutine[object, object, None]]) -> AsyncIterator[None]:
    """Run a function that raises nothing beside a block; it is cancelled where the block ends.

    A task group would be a cancel scope, and the block may exit one that was entered before it.
    """
    if asyncio_task() is None:
        from trio.lowlevel import spawn_system_task  # noqa: PLC0415  # as above

        with_end = CancelScope()

        async def run() -> None:
            with with_end:
                await work()

        spawn_system_task(run, context=copy_context())
        try:
            yield
        finally:
            with_end.cancel()
    else:
        task = create_task(work())
        try:
            yield
        finally:
            task.cancel()
            await wait([task])


async def without_context[T](work: Coroutine[object, object, T]) -> T:
    """Run a coroutine in a task with an empty context. Return its result."""
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
