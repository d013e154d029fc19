"""The current task, waiting for a build and work apart, under asyncio and under trio."""

import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from functools import partial
from typing import Any


def current_task() -> object:
    """Return the task that runs.

    Raises:
        RuntimeError: Neither asyncio nor trio runs one.
    """
    # trio first: in_trio_task() looks at a thread-local, and asyncio raises where it does not run.
    trio = _trio()
    return trio.lowlevel.current_task() if trio else asyncio_current_task()()


def asyncio_current_task() -> Callable[[], object]:
    """Return the function of that name, which raises a RuntimeError where asyncio runs no loop."""
    # asyncio takes longer to import than this package, and synchronous programs do without it.
    from asyncio import current_task

    return current_task


def wake_up_call() -> tuple[Callable[[], Awaitable[object]], Callable[[], object]]:
    """Return a function to await, and one that ends the wait and can be called by any thread."""
    if (trio := _trio()) is not None:
        # Event.set() works in trio's own thread only; run_sync_soon() works in any.
        event, token = trio.Event(), trio.lowlevel.current_trio_token()
        return event.wait, partial(_call, token.run_sync_soon, event.set)
    from asyncio import get_running_loop

    loop = get_running_loop()
    future = loop.create_future()

    def end() -> None:
        if not future.done():  # it is cancelled when its task is
            future.set_result(None)

    async def ended() -> None:
        await future

    return ended, partial(_call, loop.call_soon_threadsafe, end)


def is_own_cancellation(error: BaseException) -> bool:
    """Return whether an error is a `CancelledError` of asyncio, and this task is not cancelled."""
    from asyncio import CancelledError, current_task

    if not isinstance(error, CancelledError):
        return False
    task = current_task()
    return task is not None and not task.cancelling()


async def run_apart(
    work: Callable[[], Coroutine[Any, Any, None]], context: Context, seconds: float
) -> None:
    """Run a function in a task of its own, which goes on for a while if this one is cancelled.

    Args:
        work: An async function that raises nothing.
        context: The context variables that it sees.
        seconds: How long it may go on after this task was cancelled.
    """
    trio = _trio()
    await (_run_on_trio(trio, work, context, seconds) if trio else _run(work, context, seconds))


async def _run(
    work: Callable[[], Coroutine[Any, Any, None]], context: Context, seconds: float
) -> None:
    from asyncio import CancelledError, get_running_loop, wait

    loop = get_running_loop()
    task = loop.create_task(work(), context=context)
    try:
        await wait([task])
    except CancelledError:
        end = loop.time() + seconds
        while not task.done() and (left := end - loop.time()) > 0:
            with suppress(CancelledError):  # anyio's cancel scopes cancel again and again
                await wait([task], timeout=left)
        task.cancel()
        raise


async def _run_on_trio(
    trio: Any,  # noqa: ANN401  # see _trio
    work: Callable[[], Coroutine[Any, Any, None]],
    context: Context,
    seconds: float,
) -> None:
    scope, ended = trio.CancelScope(), trio.Event()

    async def task() -> None:
        with scope:
            await work()
        ended.set()

    trio.lowlevel.spawn_system_task(task, context=context)
    try:
        await ended.wait()
    except trio.Cancelled:
        with trio.move_on_after(seconds, shield=True):
            await ended.wait()
        scope.cancel()
        raise


def _trio() -> Any:  # noqa: ANN401  # trio is no dependency, so its types are not known here
    """Return trio if it runs this task."""
    trio = sys.modules.get("trio")  # nothing can be run by what was not imported
    return trio if trio is not None and trio.lowlevel.in_trio_task() else None


def _call(soon: Callable[[Callable[[], None]], object], function: Callable[[], None]) -> None:
    # A loop that has ended has no task left that could wait.
    with suppress(RuntimeError):
        soon(function)
