"""The threads of readiness checks that are not async."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread

type Outcome = tuple[object, BaseException | None]


class CheckThread:
    """Calls one function at a time, each in a new daemon thread.

    Python waits at exit for threads of executors, and for all that are not daemons: a check that
    blocks would keep the process from ending.

    Args:
        name: The name of the threads.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._running: Future[Outcome] = Future()
        self._running.set_result((None, None))

    async def run(self, call: Callable[[], object]) -> object:
        """Call a function when the previous call has ended. Return its result.

        Raises:
            BaseException: The exception that the function raised.
        """
        while not self._running.done():
            await asyncio.wait([asyncio.wrap_future(self._running)])
        self._running = Future()
        # A cancelled asyncio.wrap_future() cancels its future, unless that is marked as running.
        self._running.set_running_or_notify_cancel()
        arguments = (self._running, copy_context().run, call)
        Thread(target=_complete, args=arguments, name=self._name, daemon=True).start()
        result, error = await asyncio.wrap_future(self._running)
        if error is not None:
            raise error
        return result


def _complete(
    future: Future[Outcome],
    run: Callable[[Callable[[], object]], object],
    call: Callable[[], object],
) -> None:
    # A result also for an exception: asyncio logs an exception of a future that no task awaits.
    try:
        outcome: Outcome = run(call), None
    except BaseException as error:  # noqa: BLE001  # raised where the outcome is awaited
        outcome = None, error
    future.set_result(outcome)
