"""Jobs: work that is described now and done later."""

from ._backoff import Backoff, Exponential, Fixed
from ._engine import JobEngine, JobsUrl
from ._job import Job
from ._jobs import Jobs
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
from ._queued_listener import QueuedListener
from ._registry import JobRegistry
from ._run import JobRun
from ._runner import Runner
from .backends._backend import JobBackend, Run, Stop
from .backends._batch_backend import BatchBackend
from .backends._capabilities import Capabilities
from .backends._inbox import Inbox
from .backends._memory import FailedJob, MemoryJobs
from .backends._pull import JobStore, pull
from .backends._transport import Delivery, JobTransport
from .exceptions import (
    BatchEnded,
    JobAborted,
    JobCancelled,
    JobError,
    JobTimeout,
    LeaseLost,
    MissingCapability,
    UnknownJob,
    UnreadableJob,
    UnwritableJob,
    UnwritableType,
    WorkerLost,
)
from .following._batch import Batch, has_ended
from .provider import JobsProvider
from .schedules._schedule import Schedule, Scheduled
from .schedules._scheduler import Scheduler
from .schedules._store import MemorySchedules, ScheduleStore
from .stored._envelope import Envelope
from .worker._worker import Worker

__all__ = [
    "Backoff",
    "Batch",
    "BatchBackend",
    "BatchEnded",
    "Capabilities",
    "Delivery",
    "Discard",
    "Discarded",
    "Done",
    "Envelope",
    "Exponential",
    "Fail",
    "Failed",
    "FailedJob",
    "Fixed",
    "Inbox",
    "Job",
    "JobAborted",
    "JobBackend",
    "JobCancelled",
    "JobEngine",
    "JobError",
    "JobRegistry",
    "JobRun",
    "JobStore",
    "JobTimeout",
    "JobTransport",
    "Jobs",
    "JobsProvider",
    "JobsUrl",
    "LeaseLost",
    "MemoryJobs",
    "MemorySchedules",
    "MissingCapability",
    "Outcome",
    "QueuedListener",
    "Released",
    "Retried",
    "Retry",
    "Run",
    "Runner",
    "Schedule",
    "ScheduleStore",
    "Scheduled",
    "Scheduler",
    "Stop",
    "UnknownJob",
    "UnreadableJob",
    "UnwritableJob",
    "UnwritableType",
    "Worker",
    "WorkerLost",
    "has_ended",
    "pull",
]
