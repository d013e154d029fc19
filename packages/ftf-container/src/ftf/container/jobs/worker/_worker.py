"""`Worker`: runs jobs until it is stopped."""

import logging
from asyncio import Event, create_task, wait
from collections.abc import Sequence
from typing import Final

from ..._container import Container
from .._registry import JobRegistry
from .._runner import CLEANUP_SECONDS, Runner
from ..backends._backend import JobBackend
from ..schedules._scheduler import Scheduler

STOP_SECONDS: Final = 25.0
_logger = logging.getLogger("ftf.container.jobs")


class Worker:
    """Runs the jobs of a backend.

    Args:
        container: What opens a scope for each attempt.
        backend: What keeps the jobs.
        registry: The classes of jobs.
        queues: The queues whose jobs are run; all if there are none.
        concurrency: How many jobs run at a time.
        stop_seconds: Seconds that running jobs may take to end once it is stopped. Then they are
            cancelled and released, so that another worker runs them.
        cleanup_seconds: Seconds that a job may take to end after it was cancelled, by its timeout
            or when the worker stops.
        scheduler: What enqueues jobs at times of the clock, while the worker runs.
    """

    def __init__(
        self,
        container: Container,
        backend: JobBackend,
        registry: JobRegistry,
        *,
        queues: Sequence[str] = (),
        concurrency: int = 10,
        stop_seconds: float = STOP_SECONDS,
        cleanup_seconds: float = CLEANUP_SECONDS,
        scheduler: Scheduler | None = None,
    ) -> None:
        if concurrency < 1:
            raise ValueError(f"concurrency={concurrency}: a worker runs at least one job at a time")
        if isinstance(queues, str):
            raise TypeError(f"queues={queues!r} is a text: pass a list, such as [{queues!r}]")
        self._backend = backend
        self._runner = Runner(container, registry, cleanup_seconds)
        self._scheduler = scheduler
        self._queues = tuple(queues)
        self._concurrency = concurrency
        self._stop_seconds = stop_seconds
        self._stop = Event()
        self._hurry = Event()
        self._has_run = False

    def stop(self) -> None:
        """Begin no more jobs. Called again, it cancels those that run."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    async def run(self) -> None:
        """Run jobs until `stop` is called, and those that run have ended or are released.

        Raises:
            RuntimeError: It was called before.
        """
        if self._has_run:
            raise RuntimeError("A worker runs once: make another one.")
        self._has_run = True
        work = create_task(
            self._backend.work(
                self._runner.run,
                queues=self._queues,
                concurrency=self._concurrency,
                stop=self._stop,
            )
        )
        scheduling = create_task(self._enqueue_scheduled())
        stopping, hurrying = create_task(self._stop.wait()), create_task(self._hurry.wait())
        try:
            await wait([work, stopping], return_when="FIRST_COMPLETED")
            await wait([work, hurrying], timeout=self._stop_seconds, return_when="FIRST_COMPLETED")
        finally:
            self._stop.set()
            if not work.done():
                self._runner.release()
            stopping.cancel()
            hurrying.cancel()
            try:
                await work
            finally:
                scheduling.cancel()
                await wait([scheduling])

    async def _enqueue_scheduled(self) -> None:
        if self._scheduler is not None:
            await self._scheduler.run(self._stop)
