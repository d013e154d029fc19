"""`JobRun`: the attempt that is being made."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JobRun:
    """An attempt at a job. A handler asks for it by a parameter.

    Args:
        id: What the job is known by, the same for each attempt.
        name: The name of its class.
        queue: The queue that it waited in.
        attempt: The number of this attempt, 1 for the first.
        enqueued_at: When it was enqueued.
        headers: What crosses from the code that enqueued it, such as a request id.
        batch: The id of the batch that it is a member of; empty for none.
    """

    id: str
    name: str
    queue: str
    attempt: int
    enqueued_at: datetime
    headers: Mapping[str, str]
    batch: str = ""


current_run: ContextVar[JobRun | None] = ContextVar("ftf.container.jobs.run", default=None)


def refuse() -> JobRun:
    """Raise, because no job runs in this scope.

    Raises:
        LookupError: Always.
    """
    raise LookupError("JobRun was asked for where no job runs: only handlers of jobs get one.")
