"""`DatabaseJobsProvider`, which keeps the jobs of an application in its database."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container import Container
from ftf.container.jobs import JobBackend, JobsProvider, ScheduleStore

from ._database_jobs import LEASE_SECONDS, POLL_SECONDS, DatabaseJobs
from ._database_schedules import DatabaseSchedules
from ._failed_jobs import FailedJobs


class DatabaseJobsProvider(JobsProvider):
    """Registers `Jobs` for each scope, with the jobs in the database of `DatabaseProvider`.

    Args:
        queues: The queues whose jobs are run in this process; all if there are none.
        concurrency: How many of them run at a time; none for no worker in this process.
        stop_seconds: Seconds that running jobs may take to end when the application stops.
        lease_seconds: How long a job stays with a worker that does not answer any more.
        poll_seconds: How often a worker looks for jobs that other processes have enqueued.
    """

    def __init__(
        self,
        *,
        queues: Sequence[str] = (),
        concurrency: int = 10,
        stop_seconds: float = 25.0,
        lease_seconds: float = LEASE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        super().__init__(queues=queues, concurrency=concurrency, stop_seconds=stop_seconds)
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds

    def register(self, container: Container) -> None:
        """Register what enqueues, keeps and runs jobs, and `FailedJobs`."""
        super().register(container)
        container.register(JobBackend, self._open, scope="singleton")
        container.register(ScheduleStore, DatabaseSchedules, scope="singleton")
        container.register(FailedJobs, scope="scoped")

    def _open(self, engine: AsyncEngine) -> DatabaseJobs:
        return DatabaseJobs(
            engine, lease_seconds=self._lease_seconds, poll_seconds=self._poll_seconds
        )
