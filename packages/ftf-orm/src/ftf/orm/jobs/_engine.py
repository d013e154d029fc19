"""The engine of jobs that `JobsProvider("database:")` names."""

from functools import partial
from math import inf

from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container import Container
from ftf.container.jobs import JobBackend, JobsUrl, ScheduleStore

from ._database_jobs import LEASE_SECONDS, POLL_SECONDS, DatabaseJobs
from ._database_schedules import DatabaseSchedules
from ._failed_jobs import FailedJobs


def register(container: Container, url: JobsUrl) -> None:
    """Register what keeps jobs in the database of `DatabaseProvider`, and `FailedJobs`.

    Args:
        container: What needs them.
        url: The URL. Its parameters `lease` and `poll` are seconds; see `DatabaseJobs`.

    Raises:
        ValueError: A parameter is not known, or not a number of seconds over 0.
    """
    url.refuse_unknown("lease", "poll")
    lease, poll = seconds_of(url, "lease", LEASE_SECONDS), seconds_of(url, "poll", POLL_SECONDS)
    container.register(JobBackend, partial(_open, lease=lease, poll=poll), scope="singleton")
    container.register(ScheduleStore, DatabaseSchedules, scope="singleton")
    container.register(FailedJobs, scope="scoped")


def seconds_of(url: JobsUrl, name: str, default: float) -> float:
    """Return the seconds of a parameter of a URL.

    Args:
        url: The URL.
        name: The name of the parameter.
        default: What it is without it.

    Raises:
        ValueError: It is not a number of seconds over 0.
    """
    text = url.options.get(name)
    try:
        seconds = default if text is None else float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < inf:
        raise ValueError(f"{name}={text} in {url.text!r}: write a number of seconds over 0")
    return seconds


def _open(engine: AsyncEngine, *, lease: float, poll: float) -> DatabaseJobs:
    return DatabaseJobs(engine, lease_seconds=lease, poll_seconds=poll)
