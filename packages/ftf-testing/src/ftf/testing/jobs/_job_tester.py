"""`JobTester`: fakes jobs of a container, or runs them within a test."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

import pytest

from ..isolation._workers import IDLE
from ._job_fake import JobFake

if TYPE_CHECKING:
    from ftf.container import Container
    from ftf.container.jobs import Envelope, Job

_MOST_ATTEMPTS: Final = 1000


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A job that failed in a test.

    Args:
        job: The job.
        error: What its last attempt raised.
    """

    job: "Job"
    error: Exception


@dataclass(frozen=True, slots=True)
class JobReport:
    """What became of the jobs that a test ran.

    Args:
        done: Those that were done, in the order in which they ended.
        failed: Those that failed.
        discarded: Those that were discarded.
    """

    done: list["Job"] = field(default_factory=list)
    failed: list[FailedRun] = field(default_factory=list)
    discarded: list["Job"] = field(default_factory=list)


class JobTester:
    """The jobs of the container under test, which run when the test says so.

    Args:
        container: The container.
    """

    def __init__(self, container: "Container") -> None:
        from ftf.container.jobs import JobRegistry

        from ._held_jobs import HeldJobs

        self._container = container
        self._registry = JobRegistry.of(container)
        self._fakes: list[JobFake] = []
        self._held: HeldJobs = HeldJobs(self._catch, self._read)

    def fake(self, *types: "type[Job]") -> JobFake:
        """Catch jobs until the test ends; `run` does not run them.

        Args:
            types: The classes of the jobs, every class by default.

        Returns:
            What was caught.
        """
        fake = JobFake(types or (object,))
        self._fakes.append(fake)
        return fake

    async def run(self, *, raise_errors: bool = False) -> JobReport:
        """Run the jobs that wait, those that are delayed too, and those that they enqueue.

        Each attempt has a scope of its own, on the test's database. A job that fails is tried again
        at once, as often as its class says.

        Args:
            raise_errors: Whether to raise what the last attempt at a job raised.

        Returns:
            What became of the jobs.
        """
        from ftf.container.jobs import Done, Failed, Retried, Runner

        report, runner = JobReport(), Runner(self._container, self._registry)
        for _ in range(_MOST_ATTEMPTS):
            if (envelope := self._next()) is None:
                return report
            job = self._read(envelope)
            outcome = await runner.run(envelope)
            await self._held.settle(envelope, outcome)
            match outcome:
                case Done():
                    report.done.append(job)
                case Retried():
                    pass
                case Failed(error):
                    if raise_errors:
                        raise error
                    report.failed.append(FailedRun(job, error))
                case _:
                    report.discarded.append(job)
        pytest.fail(
            f"The jobs did not come to an end after {_MOST_ATTEMPTS} attempts: "
            f"{type(job).__name__} was the last one.",
            pytrace=False,
        )

    def due_at(self, moment: datetime) -> "list[Job]":
        """Return the jobs that the schedule enqueues at a moment, in the order of declaration.

        Args:
            moment: The time, with a time zone.
        """
        from ftf.container.jobs import Schedule

        schedule = Schedule.of(self._container)
        return [each.job for each in schedule.all if each.is_due(moment)]

    @contextmanager
    def active(self) -> "Iterator[JobTester]":
        """Keep the jobs of the container until the block ends."""
        from ftf.container.jobs import JobBackend, Worker

        if JobBackend not in self._container:
            pytest.fail(
                "The container has no jobs: add `ftf.container.jobs.JobsProvider()` to it.",
                pytrace=False,
            )
        with ExitStack() as overrides:
            overrides.enter_context(self._container.override_instance(JobBackend, self._held))
            if self._container.is_registered(Worker):
                idle = cast("Worker", IDLE)  # neither jobs nor the schedule run by themselves
                overrides.enter_context(self._container.override_instance(Worker, idle))
            yield self

    def left(self) -> list[str]:
        """Describe the jobs that still wait."""
        from ._held_jobs import line_of

        return [
            f"{each.name}, enqueued at {line_of(each)}, was not run: call "
            "`await jobs.run()`, or `jobs.fake()` before"
            for each in self._held.waiting
        ]

    def _next(self) -> "Envelope | None":
        waiting = self._held.waiting
        if not waiting:
            return None
        first = min(waiting, key=lambda each: each.due or each.enqueued_at)
        waiting.remove(first)
        return first

    def _catch(self, job: "Job", envelope: "Envelope", line: str) -> bool:
        fakes = [fake for fake in self._fakes if fake.catches(job)]
        for fake in fakes:
            fake.add([job, *self._registry.read_chain(envelope)[1:]], envelope, line)
        return bool(fakes)

    def _read(self, envelope: "Envelope") -> "Job":
        return self._registry.read(envelope.name, envelope.payload)
