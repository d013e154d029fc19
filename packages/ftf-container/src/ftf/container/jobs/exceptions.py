"""What jobs raise.

JobError
├── BatchEnded
├── JobCancelled
├── JobTimeout
├── LeaseLost
├── MissingCapability
├── UnknownJob
├── UnreadableJob
├── UnwritableJob
├── UnwritableType
└── WorkerLost
"""

from collections.abc import Sequence


class JobError(Exception):
    """Something is wrong with a job, and not with what it does."""


class UnwritableType(JobError):
    """A field of a job has a type that cannot be written as JSON.

    Args:
        field: The path of the field, such as `SendReceipt.lines[].price`.
        hint: Its type.
        reason: Why.
    """

    def __init__(self, field: str, hint: object, reason: str) -> None:
        self.field = field
        self.hint = hint
        self.reason = reason
        super().__init__(f"{field} is annotated {_name(hint)}, {reason}")


class UnwritableJob(JobError):
    """A field of a job has a value that cannot be written as JSON.

    Args:
        field: The path of the field, such as `SendReceipt.lines[2].price`.
        value: Its value.
        reason: Why.
    """

    def __init__(self, field: str, value: object, reason: str) -> None:
        self.field = field
        self.value = value
        self.reason = reason
        super().__init__(f"{field} is {_shown(value)}, {reason}")


class UnreadableJob(JobError):
    """A stored job does not fit the class that it names.

    Args:
        field: The path of the field.
        reason: Why.
    """

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field} {reason}")


class UnknownJob(JobError):
    """No class is registered under the name of a stored job.

    Args:
        name: The name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"No job is registered as {name!r}: register its class in this process, or keep the "
            "name when the class is renamed: `class NewName(Job, name=...)`."
        )


class BatchEnded(JobError):
    """Jobs cannot be added to a batch, because no member of it runs.

    Args:
        batch: The id of the batch; empty if the job that runs is in none, or no job runs.
    """

    def __init__(self, batch: str = "") -> None:
        self.batch = batch
        problem = f"all members of the batch {batch} have ended" if batch else "no member runs here"
        super().__init__(
            f"Jobs cannot be added to a batch, because {problem}: call add_to_batch() in the "
            "handler of a member, before it returns."
        )


class JobAborted(JobError):
    """An attempt raised what is no `Exception`, such as `SystemExit`; that is the cause.

    Args:
        name: The name of the job.
        reason: What it raised.
    """

    def __init__(self, name: str, reason: BaseException) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"{name} raised {reason!r}, which is no Exception")


class JobCancelled(JobError):
    """An attempt was cancelled, and not by its timeout.

    Args:
        name: The name of the job.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} was cancelled")


class JobTimeout(JobError, TimeoutError):
    """An attempt took longer than its timeout.

    Args:
        name: The name of the job.
        seconds: The timeout in seconds.
    """

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self.seconds = seconds
        super().__init__(f"{name} took over {seconds:g} s")


class LeaseLost(JobError):
    """An attempt ended after its job was handed out again, because it took too long.

    Args:
        name: The name of the job.
        id: Its id.
    """

    def __init__(self, name: str, id: str) -> None:  # noqa: A002  # as in the envelope
        self.name = name
        self.id = id
        super().__init__(f"{name} {id} was handed out again while this attempt went on")


class MissingCapability(JobError):
    """A backend does not promise what jobs, schedules or an enqueue need; see `Capabilities`.

    Args:
        backend: The name of the backend.
        needs: What needs what.
    """

    def __init__(self, backend: str, needs: Sequence[str]) -> None:
        self.backend = backend
        self.needs: tuple[str, ...] = tuple(needs)
        lines = "".join(f"\n  {each}" for each in needs)
        super().__init__(
            f"{backend} does not promise everything that is asked of it:{lines}\n"
            "Leave out what needs it, or keep jobs in a backend that promises it."
        )


class WorkerLost(JobError):
    """The process of each of several attempts ended before the attempt did.

    Args:
        name: The name of the job.
        crashes: How many attempts ended like that.
    """

    def __init__(self, name: str, crashes: int) -> None:
        self.name = name
        self.crashes = crashes
        super().__init__(f"{name} was running when its worker was lost, {crashes} times")


def _name(hint: object) -> str:
    return hint.__qualname__ if isinstance(hint, type) and not _arguments(hint) else str(hint)


def _arguments(hint: object) -> object:
    return getattr(hint, "__args__", None)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004
