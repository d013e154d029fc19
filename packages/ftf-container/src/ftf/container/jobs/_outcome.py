"""What handlers raise to decide about their job, and what became of an attempt."""

from dataclasses import dataclass
from typing import Final

from .stored._envelope import Envelope

_LONGEST: Final = 10**9  # over thirty years; datetime ends in the year 9999


def is_duration(seconds: object) -> bool:
    """Return whether a value is a number of seconds that a job can wait."""
    return isinstance(seconds, int | float) and 0 <= seconds <= _LONGEST


class JobSignal(Exception):  # noqa: N818  # what a handler decides, not what went wrong
    """A decision that a handler raises about its job."""


class Retry(JobSignal):
    """Run the job again.

    Args:
        after: The seconds until then; by default what the job's backoff says.

    Raises:
        ValueError: `after` is not a number of seconds, or it is negative or endless.
    """

    def __init__(self, after: float | None = None) -> None:
        if after is not None and not is_duration(after):
            raise ValueError(f"Retry(after={after!r}): pass a number of seconds, 0 or more")
        super().__init__(after)
        self.after = after


class Discard(JobSignal):
    """Forget the job: it is neither done nor listed as failed.

    Args:
        reason: Why, for the log.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Fail(JobSignal):
    """Fail the job now, however many attempts are left.

    Args:
        reason: Why, for the list of failed jobs.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Done:
    """The job has been done.

    Args:
        then: The jobs that follow it.
    """

    then: tuple[Envelope, ...] = ()


@dataclass(frozen=True, slots=True)
class Retried:
    """An attempt failed, and the job runs again.

    Args:
        after: The seconds until then.
        error: What the attempt raised.
    """

    after: float
    error: Exception


@dataclass(frozen=True, slots=True)
class Failed:
    """The job failed, and does not run again.

    Args:
        error: What the last attempt raised.
        then: The jobs that follow it.
    """

    error: Exception
    then: tuple[Envelope, ...] = ()


@dataclass(frozen=True, slots=True)
class Discarded:
    """The job was forgotten.

    Args:
        reason: Why.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Released:
    """The attempt was ended from outside, or the job is not known here: another one may run it.

    Args:
        after: The seconds until then.
    """

    after: float = 0


type Outcome = Done | Retried | Failed | Discarded | Released
