"""The outbox that the URL of a broker asks for, such as `redis://localhost?outbox=true`."""

from collections.abc import AsyncIterator
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container import Container
from ftf.container.jobs import JobBackend, JobRegistry, JobsUrl, JobTransport, ScheduleStore

from .._database_jobs import LEASE_SECONDS, POLL_SECONDS
from .._database_schedules import DatabaseSchedules
from .._engine import seconds_of
from .._failed_jobs import FailedJobs
from ._outbox_jobs import RESEND_SECONDS, OutboxJobs


def register(container: Container, url: JobsUrl) -> None:
    """Register what keeps jobs in the database of `DatabaseProvider`, and `FailedJobs`.

    Args:
        container: What needs them; it has a `JobTransport`.
        url: The URL. Its parameters `lease`, `poll` and `resend` are seconds; see `OutboxJobs`.

    Raises:
        ValueError: A parameter is not a number of seconds over 0.
    """
    settings = {
        "lease_seconds": seconds_of(url, "lease", LEASE_SECONDS),
        "poll_seconds": seconds_of(url, "poll", POLL_SECONDS),
        "resend_seconds": seconds_of(url, "resend", RESEND_SECONDS),
    }
    container.register(JobBackend, partial(_open, settings=settings), scope="singleton")
    container.register(ScheduleStore, DatabaseSchedules, scope="singleton")
    container.register(FailedJobs, scope="scoped")


async def _open(
    engine: AsyncEngine,
    transport: JobTransport,
    registry: JobRegistry,
    *,
    settings: dict[str, float],
) -> AsyncIterator[OutboxJobs]:
    jobs = OutboxJobs(engine, transport, registry, **settings)
    try:
        yield jobs
    finally:
        await jobs.close()
