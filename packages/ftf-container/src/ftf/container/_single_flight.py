"""One builder at a time for each key, across tasks, threads and event loops."""

from asyncio import Future, get_running_loop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Lock


class SingleFlight:
    """Locks by key that wait without blocking the event loop and belong to none."""

    __slots__ = ("_mutex", "_waiters")

    def __init__(self) -> None:
        self._mutex = Lock()
        self._waiters: dict[object, list[Future[None]]] = {}

    @asynccontextmanager
    async def of(self, key: object) -> AsyncIterator[None]:
        """Hold the lock of a key: whoever waits for it looks again when it is free."""
        while (turn := self._enter(key)) is not None:
            await turn
        try:
            yield
        finally:
            self._leave(key)

    def _leave(self, key: object) -> None:
        with self._mutex:
            waiters = self._waiters.pop(key)
        for turn in waiters:
            loop = turn.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, turn)

    def _enter(self, key: object) -> Future[None] | None:
        with self._mutex:
            if key not in self._waiters:
                self._waiters[key] = []
                return None
            turn = get_running_loop().create_future()
            self._waiters[key].append(turn)
            return turn


def _wake(turn: Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
