"""`JobsProvider`, which registers `Jobs` and a worker of this process."""

import logging
from asyncio import Task, create_task, wait
from collections.abc import AsyncIterator, Sequence
from typing import Final

from .._container import Container
from .._provider import ServiceProvider
from ._engine import JobsUrl, engine_of
from ._jobs import Jobs
from ._registry import JobRegistry
from ._requirements import check
from .backends._backend import JobBackend
from .schedules._schedule import Schedule
from .schedules._scheduler import Scheduler
from .worker._worker import STOP_SECONDS, Worker

_logger: Final = logging.getLogger("ftf.container.jobs")


class JobsProvider(ServiceProvider):
    """Registers `Jobs` for each scope, and may run jobs in this process from its start to its end.

    Args:
        url: What keeps the jobs: `memory:` the memory of this process, which runs them; `database:`
            the database of `ftf.orm.DatabaseProvider`, whose jobs are run by
            `python -m ftf.container.jobs`, and by this process with `database:?worker=embedded`.
        queues: The queues whose jobs are run; all if there are none.
        concurrency: How many jobs run at a time; none for no worker.
        stop_seconds: Seconds that running jobs may take to end when the application stops.

    Raises:
        LookupError: The engine of the URL is not installed.
        ValueError: The URL is not that of jobs.
    """

    priority = 1000  # what jobs need has booted when the worker starts

    def __init__(
        self,
        url: str = "memory:",
        *,
        queues: Sequence[str] = (),
        concurrency: int = 10,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self._url = JobsUrl.of(url)
        self._register_engine = engine_of(self._url)
        self._queues = queues
        self._concurrency = concurrency
        self._stop_seconds = stop_seconds
        self._running: dict[Container, tuple[Worker, Task[None]]] = {}

    def register(self, container: Container) -> None:
        """Register what enqueues, keeps and runs jobs."""
        JobRegistry.of(container)
        Schedule.of(container)
        container.instance(JobsUrl, self._url)
        self._register_engine(container, self._url)
        container.register(Scheduler, scope="singleton")
        container.register(Jobs, scope="scoped")
        container.register(Worker, self._work, scope="singleton")

    async def boot(self, container: Container) -> None:
        """Check that the backend has what jobs and schedules need, and start the worker.

        Raises:
            InvalidRegistrationError: A scheduled job is not registered.
            MissingCapability: The backend lacks something.
            UnwritableJob: A field of a scheduled job cannot be written as JSON.
        """
        await container.acall(check)
        if self._concurrency and self._url.embedded:
            await container.aresolve(Worker)

    async def stop(self, container: Container) -> None:
        """Stop the worker, while the services of the jobs that run are still open."""
        if found := self._running.pop(container, None):
            worker, running = found
            worker.stop()
            await wait([running])

    async def _work(
        self,
        container: Container,
        backend: JobBackend,
        registry: JobRegistry,
        scheduler: Scheduler,
    ) -> AsyncIterator[Worker]:
        worker = Worker(
            container,
            backend,
            registry,
            queues=self._queues,
            concurrency=self._concurrency,
            stop_seconds=self._stop_seconds,
            scheduler=scheduler,
        )
        running = create_task(worker.run(), name="ftf.container.jobs")
        running.add_done_callback(_log_failure)
        self._running[container] = worker, running
        try:
            yield worker
        finally:
            worker.stop()
            await running


def _log_failure(running: Task[None]) -> None:
    """Log what ended a worker at once: it is raised only when the application stops."""
    if not running.cancelled() and (error := running.exception()):
        _logger.critical("the worker failed, and runs no more jobs", exc_info=error)
