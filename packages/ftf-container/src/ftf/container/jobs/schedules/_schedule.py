"""`Schedule`: the jobs that are enqueued at times of the clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self, cast

from ..._container import Container
from ..._dependency_path import Step, location_of_caller
from ...exceptions import InvalidRegistrationError
from .._job import Job
from ._times import Cron, Every, Times


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job that is enqueued at times of the clock.

    Args:
        name: What its used slots are stored by.
        job: The job.
        times: When it is enqueued.
        overlap: Whether it is enqueued while the one before still waits or runs.
        catch_up: Whether it is enqueued late, once, if no worker ran at its time.
        queue: The queue that it waits in.
        location: The `file:line` that declared it.
    """

    name: str
    job: Job
    times: Times
    overlap: bool
    catch_up: bool
    queue: str
    location: str

    def is_due(self, moment: datetime) -> bool:
        """Return whether the job is enqueued at a moment, which has a time zone."""
        return self.times.after(moment - timedelta(microseconds=1)) == moment


class Schedule:
    """The jobs of one container that are enqueued at times of the clock.

    It is filled while service providers register. Each worker looks at the clock, and each slot of
    a schedule enqueues one job, however many workers there are.
    """

    def __init__(self) -> None:
        self._all: dict[str, Scheduled] = {}

    @classmethod
    def of(cls, container: Container) -> Self:
        """Return the schedule of a container; register it at first."""
        if cls not in container:
            container.instance(cls, cls())
        return container.resolve(cls)

    @property
    def all(self) -> Sequence[Scheduled]:
        """Everything that was declared, in that order."""
        return tuple(self._all.values())

    def cron(
        self,
        expression: str,
        job: Job,
        *,
        timezone: str = "UTC",
        name: str = "",
        overlap: bool = True,
        catch_up: bool = True,
        queue: str = "",
    ) -> None:
        """Enqueue a job at the times that five fields of cron name.

        A slot in the hour that daylight saving skips comes just after that hour, and one in the
        hour that is repeated comes once, unless the minute or the hour is `*`.

        Args:
            expression: Minute, hour, day of the month, month and day of the week: `"0 3 * * *"`.
            job: The job; each slot enqueues one that is equal to it.
            timezone: The IANA name of the time zone, such as `"Europe/Lisbon"`.
            name: What the used slots are stored by; the name of the job's class by default.
            overlap: Whether to enqueue it while the one of the slot before still waits or runs.
            catch_up: Whether to enqueue it once, late, if no worker ran at one or more of its
                slots.
            queue: The queue that it waits in, if not that of its class.

        Raises:
            InvalidRegistrationError: The expression or the time zone cannot be read, or another job
                of the schedule has the name.
            ModuleNotFoundError: cronsim is not installed.
        """
        from zoneinfo import ZoneInfo

        call = f"cron({expression!r}, ..., timezone={timezone!r})"
        times = _made(job, call, lambda: Cron(expression, ZoneInfo(timezone)))
        self._add(times, job, name, queue, overlap=overlap, catch_up=catch_up)

    def every(
        self,
        interval: timedelta,
        job: Job,
        *,
        name: str = "",
        overlap: bool = True,
        catch_up: bool = True,
        queue: str = "",
    ) -> None:
        """Enqueue a job again and again; see `cron`.

        The slots are counted from the beginning of 1970 in UTC, so that all workers agree.

        Args:
            interval: The time between two slots.
            job: The job.
            name: What the used slots are stored by; the name of the job's class by default.
            overlap: Whether to enqueue it while the one of the slot before still waits or runs.
            catch_up: Whether to enqueue it once, late, if no worker ran at its slots.
            queue: The queue that it waits in, if not that of its class.

        Raises:
            InvalidRegistrationError: The interval is not positive, or another job of the schedule
                has the name.
        """
        times = _made(job, f"every({interval!r}, ...)", lambda: Every(interval))
        self._add(times, job, name, queue, overlap=overlap, catch_up=catch_up)

    def _add(
        self, times: Times, job: Job, name: str, queue: str, *, overlap: bool, catch_up: bool
    ) -> None:
        name, location = name or job.options.name, location_of_caller()
        if (other := self._all.get(name)) is not None:
            problem = f"{name!r} is scheduled twice, at {other.location} and at {location}."
            raise _refusal(job, problem, "Give one of them another name: `name=...`.")
        self._all[name] = Scheduled(name, job, times, overlap, catch_up, queue, location)


def _made(job: Job, call: str, make: Callable[[], Times]) -> Times:
    """Return the times of a schedule.

    Raises:
        InvalidRegistrationError: They cannot be.
    """
    if not isinstance(cast("object", job), Job):
        problem = f"{call} was given {job!r}, which is not a job."
        raise _refusal(job, problem, "Pass a job, and not its class: `PruneCarts()`.")
    try:
        return make()
    except ModuleNotFoundError:
        raise
    except Exception as error:
        # cronsim, zoneinfo and timedelta have errors of their own.
        problem = f"{call} cannot be: {type(error).__name__}: {error}."
        remedy = 'Write `cron("0 3 * * *", job, timezone="Europe/Lisbon")` or `every(timedelta(...)'
        raise _refusal(job, problem, f"{remedy}, job)`.") from error


def _refusal(job: Job, problem: str, remedy: str) -> InvalidRegistrationError:
    step = Step(type(job), "", location_of_caller())
    return InvalidRegistrationError((step,), problem, remedy)
