"""One attempt at a job: its scope, its context, its time, and what becomes of it."""

import asyncio
import logging
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from services import Journal
from small_jobs import Failing, Note

from ftf.container import Correlation, Scope
from ftf.container.jobs import (
    Job,
    JobRegistry,
    JobRun,
    Jobs,
    JobTimeout,
)

request_number: ContextVar[int] = ContextVar("request_number", default=0)


class Unit:
    def __init__(self, journal: Journal, *, broken: bool = False) -> None:
        self.journal, self.broken = journal, broken

    async def commit(self) -> None:
        if self.broken:
            raise ValueError("disk full")
        self.journal.append("commit")

    async def rollback(self) -> None:
        self.journal.append("rollback")


async def test_jobs_run_in_the_order_in_which_they_are_due(shop):
    await shop.enqueue(Note("later"), at=datetime.now(UTC) - timedelta(seconds=1))
    await shop.enqueue(Note("first"), at=datetime.now(UTC) - timedelta(seconds=5))
    await shop.enqueue(Note("last"))
    await shop.work(concurrency=1)
    assert shop.journal == ["first", "later", "last"]


async def test_job_64_an_attempt_that_takes_too_long_is_cancelled(shop):
    @dataclass(frozen=True)
    class Slow(Job, attempts=1, timeout=0.01):
        async def handle(self, journal: Journal) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                shop.journal.append("ended")

    await shop.enqueue(Slow())
    await shop.work()
    assert shop.journal == ["ended"]
    (failed,) = shop.backend.failed
    assert isinstance(failed.error, JobTimeout)
    assert str(failed.error) == "Slow took over 0.01 s"


async def test_job_64_an_attempt_that_swallows_its_cancellation_is_left_alone(shop, caplog):
    release = asyncio.Event()

    @dataclass(frozen=True)
    class Stubborn(Job, attempts=1, timeout=0.01):
        async def handle(self) -> None:
            while not release.is_set():
                try:
                    await release.wait()
                except asyncio.CancelledError:
                    continue

    await shop.enqueue(Stubborn())
    await shop.work(cleanup_seconds=0.01)
    assert isinstance(shop.backend.failed[0].error, JobTimeout)
    assert "does not end, and is left alone" in caplog.text
    release.set()
    await asyncio.sleep(0)


@pytest.mark.parametrize("fails", [False, True])
async def test_job_66_each_attempt_has_a_scope_that_is_closed(shop, fails):
    scopes = []

    @dataclass(frozen=True)
    class Look(Job, attempts=1):
        async def handle(self, scope: Scope) -> None:
            scopes.append(scope)
            if fails:
                raise ValueError("no")

    await shop.enqueue(Look(), Look())
    await shop.work()
    assert len(set(scopes)) == 2
    assert all(scope.is_closed for scope in scopes)


@pytest.mark.parametrize(
    ("error", "broken", "expected"),
    [(None, False, "commit"), (ValueError("no"), False, "rollback"), (None, True, "rollback")],
)
async def test_job_69_units_of_work_are_settled_by_the_outcome(shop, error, broken, expected):
    @dataclass(frozen=True)
    class Write(Job, attempts=1):
        async def handle(self, scope: Scope, journal: Journal) -> None:
            scope.units.add(Unit(shop.journal, broken=broken))
            if error:
                raise error

    await shop.enqueue(Write())
    await shop.work()
    assert shop.journal == [expected]
    assert shop.backend.outcomes == ["Done" if expected == "commit" else "Failed"]


async def test_job_69_a_teardown_that_raises_is_a_failed_attempt(shop):
    class Handle: ...

    async def open_handle():
        yield Handle()
        raise ValueError("cannot close")

    @dataclass(frozen=True)
    class Use(Job, attempts=1):
        async def handle(self, handle: Handle) -> None: ...

    shop.container.register(Handle, open_handle, scope="scoped")
    await shop.enqueue(Use())
    await shop.work()
    assert shop.backend.outcomes == ["Failed"]


async def test_job_70_a_job_does_not_see_context_variables_of_others(shop):
    seen = []

    @dataclass(frozen=True)
    class Look(Job):
        async def handle(self) -> None:
            seen.append(request_number.get())
            request_number.set(7)

    request_number.set(3)
    await shop.enqueue(Look(), Look())
    await shop.work(concurrency=1)
    assert seen == [0, 0]


async def test_job_70_a_job_has_the_correlation_of_the_work_that_enqueued_it(shop, caplog):
    @dataclass(frozen=True)
    class Second(Job, attempts=1):
        async def handle(self, correlation: Correlation, run: JobRun, journal: Journal) -> None:
            journal.append(f"{correlation.request_id} {dict(run.headers)}")
            raise ValueError("no")

    @dataclass(frozen=True)
    class First(Job):
        async def handle(self, jobs: Jobs) -> None:
            assert await jobs.enqueue_many([]) == []
            await jobs.enqueue_many([Second()])

    shop.registry.register(First, Second)
    correlation = Correlation({"request-id": "r1"})
    async with shop.container.scoped_context({Correlation: correlation}) as scope:
        await (await scope.aresolve(Jobs)).enqueue(First())
    await shop.work()
    assert shop.journal == ["r1 {'request-id': 'r1'}"]
    assert "attempt 1 (request r1) failed for good" in caplog.text


async def test_job_71_a_plain_method_runs_in_a_thread(shop):
    @dataclass(frozen=True)
    class Blocking(Job):
        text: str

        def handle(self, journal: Journal, run: JobRun) -> None:
            shop.journal.append(f"{self.text} {run.attempt} {threading.current_thread().name}")

    await shop.enqueue(Blocking("a"))
    await shop.work()
    assert shop.journal[0].startswith("a 1 asyncio_")


async def test_job_73_jobs_that_a_failed_job_enqueued_do_not_exist(shop):
    @dataclass(frozen=True)
    class Parent(Job, attempts=1):
        async def handle(self, jobs: Jobs, scope: Scope, journal: Journal) -> None:
            scope.units.add(Unit(shop.journal))
            await jobs.enqueue(Note("child"))
            raise ValueError("no")

    await shop.enqueue(Note("first"), Parent())
    await shop.work(concurrency=1)
    assert shop.journal == ["first", "rollback"]


async def test_job_73_jobs_that_a_job_enqueued_run_after_it(shop):
    @dataclass(frozen=True)
    class Parent(Job):
        async def handle(self, jobs: Jobs, scope: Scope, journal: Journal) -> None:
            scope.units.add(Unit(shop.journal))
            await jobs.enqueue(Note("child"))

    await shop.enqueue(Note("first"), Parent())
    await shop.work()
    assert shop.journal == ["first", "commit", "child"]


async def test_job_67_many_jobs_leave_no_garbage(shop, no_garbage, caplog):
    caplog.set_level(logging.CRITICAL)
    await shop.enqueue(Note("warm"), Failing())
    await shop.work()
    with no_garbage():
        for _ in range(20):
            await shop.enqueue(Note("again"))
        await shop.work()


def test_a_run_is_asked_for_by_handlers_only(shop):
    JobRegistry.of(shop.container)
    with (
        shop.container.scoped_context() as scope,
        pytest.raises(LookupError, match="only handlers of jobs get one"),
    ):
        scope.resolve(JobRun)


async def test_a_plain_handler_may_return_an_awaitable(shop):
    async def write(journal: Journal) -> None:
        journal.append("written")

    @dataclass(frozen=True)
    class Wrapped(Job):
        def handle(self, journal: Journal):
            return write(journal)

    await shop.enqueue(Wrapped())
    await shop.work()
    assert shop.journal == ["written"]
