"""The current task and waiting for a build, under asyncio and under trio."""

import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
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


def _trio() -> Any:  # noqa: ANN401  # trio is no dependency, so its types are not known here
    """Return trio if it runs this task."""
    trio = sys.modules.get("trio")  # nothing can be run by what was not imported
    return trio if trio is not None and trio.lowlevel.in_trio_task() else None


def _call(soon: Callable[[Callable[[], None]], object], function: Callable[[], None]) -> None:
    # A loop that has ended has no task left that could wait.
    with suppress(RuntimeError):
        soon(function)
