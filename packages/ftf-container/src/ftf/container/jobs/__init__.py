"""Jobs: work that is described now and done later."""

from ._backend import JobBackend, Run, Stop
from ._backoff import Backoff, Exponential, Fixed
from ._job import Job
from ._jobs import Jobs
from ._memory import FailedJob, MemoryJobs
from ._outcome import (
    Discard,
    Discarded,
    Done,
    Fail,
    Failed,
    Outcome,
    Released,
    Retried,
    Retry,
)
from ._pull import JobStore, pull
from ._registry import JobRegistry
from ._run import JobRun
from ._runner import Runner
from ._worker import Worker
from .exceptions import (
    JobCancelled,
    JobError,
    JobTimeout,
    LeaseLost,
    UnknownJob,
    UnreadableJob,
    UnwritableJob,
    UnwritableType,
    WorkerLost,
)
from .provider import JobsProvider
from .stored._envelope import Envelope

__all__ = [
    "Backoff",
    "Discard",
    "Discarded",
    "Done",
    "Envelope",
    "Exponential",
    "Fail",
    "Failed",
    "FailedJob",
    "Fixed",
    "Job",
    "JobBackend",
    "JobCancelled",
    "JobError",
    "JobRegistry",
    "JobRun",
    "JobStore",
    "JobTimeout",
    "Jobs",
    "JobsProvider",
    "LeaseLost",
    "MemoryJobs",
    "Outcome",
    "Released",
    "Retried",
    "Retry",
    "Run",
    "Runner",
    "Stop",
    "UnknownJob",
    "UnreadableJob",
    "UnwritableJob",
    "UnwritableType",
    "Worker",
    "WorkerLost",
    "pull",
]
