"""Jobs: work that is described now and done later."""

from ._backend import JobBackend
from ._backoff import Backoff, Exponential, Fixed
from ._envelope import Envelope
from ._job import Job
from ._jobs import Jobs
from ._memory import FailedJob, MemoryJobs
from ._outcome import Discard, Fail, Retry
from ._registry import JobRegistry
from ._run import JobRun
from ._worker import Worker
from .exceptions import (
    JobCancelled,
    JobError,
    JobTimeout,
    UnknownJob,
    UnreadableJob,
    UnwritableJob,
    UnwritableType,
)
from .provider import JobsProvider

__all__ = [
    "Backoff",
    "Discard",
    "Envelope",
    "Exponential",
    "Fail",
    "FailedJob",
    "Fixed",
    "Job",
    "JobBackend",
    "JobCancelled",
    "JobError",
    "JobRegistry",
    "JobRun",
    "JobTimeout",
    "Jobs",
    "JobsProvider",
    "MemoryJobs",
    "Retry",
    "UnknownJob",
    "UnreadableJob",
    "UnwritableJob",
    "UnwritableType",
    "Worker",
]
