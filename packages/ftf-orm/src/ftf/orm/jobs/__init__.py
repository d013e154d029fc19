"""Jobs in the database of the application."""

from ._database_jobs import DatabaseJobs
from ._database_schedules import DatabaseSchedules
from ._failed_jobs import FailedJobs, StoredFailure
from ._once import forget_keys, once
from ._tables import add_job_tables, jobs_metadata
from .exceptions import JobExists, JobTablesMissing, NoSuchFailedJob
from .outbox._outbox_jobs import OutboxJobs

__all__ = [
    "DatabaseJobs",
    "DatabaseSchedules",
    "FailedJobs",
    "JobExists",
    "JobTablesMissing",
    "NoSuchFailedJob",
    "OutboxJobs",
    "StoredFailure",
    "add_job_tables",
    "forget_keys",
    "jobs_metadata",
    "once",
]
