"""`Queries`: statements that are run to their end, whoever waits for them."""

from asyncio import CancelledError, Task, create_task, shield, wait
from collections.abc import Coroutine, Sequence
from typing import Any

from ftf.container.jobs import Envelope, JobStore, Released


class Queries:
    """Runs queries in tasks of their own: a connection whose query is cancelled is lost."""

    def __init__(self) -> None:
        self._running: set[Task[Any]] = set()

    async def run[T](self, query: Coroutine[Any, Any, T]) -> T:
        """Return the result of a query, which goes on if the caller is cancelled."""
        return await shield(self._task(query))

    async def claim(
        self, store: JobStore, query: Coroutine[Any, Any, Sequence[Envelope]]
    ) -> Sequence[Envelope]:
        """Return the jobs that a query claims, which are released if the caller is cancelled."""
        claiming = self._task(query)
        try:
            return await shield(claiming)
        except CancelledError:
            for each in await claiming:
                await store.settle(each, Released())
            raise

    async def end(self) -> None:
        """Wait until no query runs."""
        if self._running:
            await wait(self._running)

    def _task[T](self, query: Coroutine[Any, Any, T]) -> Task[T]:
        task = create_task(query)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
