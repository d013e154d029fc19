"""One attempt at a job: its scope, its context, its time, and what becomes of it."""

import asyncio
import logging
import threading
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from services import Journal

from ftf.container import Correlation, Scope
from ftf.container.jobs import (
    Discard,
    Envelope,
    Exponential,
    Fail,
    Fixed,
    Job,
    JobCancelled,
    JobRegistry,
    JobRun,
    Jobs,
    JobTimeout,
    Released,
    Retried,
    Retry,
    Runner,
    UnknownJob,
    UnreadableJob,
    WorkerLost,
)

AT_ONCE = Fixed(0)
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


@dataclass(frozen=True)
class Note(Job):
    text: str

    async def handle(self, journal: Journal) -> None:
        journal.append(self.text)


@dataclass(frozen=True)
class Failing(Job, attempts=3, backoff=AT_ONCE):
    async def handle(self, journal: Journal, run: JobRun) -> None:
        journal.append(f"attempt {run.attempt}")
        raise ValueError("no paper")

    async def failed(self, error: Exception, journal: Journal) -> None:
        journal.append(f"failed: {error}")


async def test_jobs_run_in_the_order_in_which_they_are_due(shop):
    await shop.enqueue(Note("later"), at=datetime.now(UTC) - timedelta(seconds=1))
    await shop.enqueue(Note("first"), at=datetime.now(UTC) - timedelta(seconds=5))
    await shop.enqueue(Note("last"))
    await shop.work(concurrency=1)
    assert shop.journal == ["first", "later", "last"]


async def test_job_59_an_attempt_that_raises_is_made_again_up_to_a_limit(shop, caplog):
    await shop.enqueue(Failing())
    await shop.work()
    attempts = ["attempt 1", "attempt 2", "attempt 3"]
    assert shop.journal == [*attempts, "failed: no paper"]
    assert shop.backend.outcomes == ["Retried", "Retried", "Failed"]
    (failed,) = shop.backend.failed
    assert failed.envelope.attempt == 2
    assert str(failed.error) == "no paper"
    levels = [(each.levelname, each.getMessage().split(", ", 1)[1]) for each in caplog.records]
    again = [("WARNING", f"attempt {number} failed, again in 0.0 s") for number in (1, 2)]
    assert levels == [*again, ("ERROR", "attempt 3 failed for good")]


@pytest.mark.parametrize("attempt", [1, 2, 5, 2000])
def test_job_59_the_delay_is_random_and_limited(attempt):
    backoff = Exponential(base=3.0, cap=60)
    delays = [backoff.seconds_after(attempt) for _ in range(200)]
    limit = min(60, 3 ** min(attempt, 9))
    assert 0 <= min(delays) < limit / 4
    assert limit * 3 / 4 < max(delays) <= limit


@pytest.mark.parametrize(
    "make", [lambda: Exponential(base=0.5), lambda: Exponential(cap=-1), lambda: Fixed(-1)]
)
def test_a_backoff_that_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match="not negative"):
        make()


def raising(error: Exception, **options: object) -> Job:
    @dataclass(frozen=True)
    class Raising(Job, **{"backoff": AT_ONCE, "attempts": 2} | options):
        async def handle(self) -> None:
            raise error

    return Raising()


@pytest.mark.parametrize(
    ("error", "options", "outcomes"),
    [
        (Discard("gone"), {}, ["Discarded"]),
        (Fail("bad card"), {}, ["Failed"]),
        (Retry(0), {"backoff": Fixed(3600)}, ["Retried", "Failed"]),
        (Retry(), {}, ["Retried", "Failed"]),
        (KeyError(), {"retry_on": (ValueError,)}, ["Failed"]),
        (KeyError(), {"retry_on": (LookupError,)}, ["Retried", "Failed"]),
        (KeyError(), {"attempts": 1}, ["Failed"]),
        (
            ExceptionGroup("two", [Retry(0), ExceptionGroup("", [Retry()])]),
            {},
            ["Retried", "Failed"],
        ),
        (ExceptionGroup("two", [Retry(0), KeyError()]), {"retry_on": ()}, ["Failed"]),
        (ExceptionGroup("one", [KeyError()]), {"retry_on": (KeyError,)}, ["Retried", "Failed"]),
        (ExceptionGroup("one", [Discard("gone")]), {}, ["Discarded"]),
        (ExceptionGroup("two", [KeyError(), Fail("bad card")]), {}, ["Failed"]),
        (
            ExceptionGroup("two", [KeyError(), IndexError()]),
            {"retry_on": (LookupError,)},
            ["Retried", "Failed"],
        ),
    ],
)
async def test_job_60_what_a_handler_raises_decides(shop, error, options, outcomes):
    await shop.enqueue(raising(error, **options))
    await shop.work()
    assert shop.backend.outcomes == outcomes


async def test_job_60_a_retry_waits_exactly_as_long_as_it_says(shop):
    group = ExceptionGroup("both", [Retry(30), Retry(600)])
    await shop.enqueue(raising(Retry(60), name="one"), raising(group, name="group"))
    await shop.work()
    assert [outcome.after for _, outcome in shop.backend.settled] == [60, 600]


async def test_job_63_what_failed_raises_is_logged_and_the_job_is_listed(shop, caplog):
    @dataclass(frozen=True)
    class Broken(Job, attempts=1):
        async def handle(self) -> None:
            raise ValueError("first")

        async def failed(self, error: Exception, scope: Scope) -> None:
            raise KeyError("second")

    await shop.enqueue(Broken())
    await shop.work()
    assert [str(each.error) for each in shop.backend.failed] == ["first"]
    assert "`failed` of Broken" in caplog.text
    assert "second" in caplog.text


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


async def test_what_is_no_exception_ends_the_worker(shop):
    class Halt(BaseException): ...

    @dataclass(frozen=True)
    class Halting(Job):
        async def handle(self) -> None:
            raise Halt

    await shop.enqueue(Halting())
    with pytest.raises(Halt):
        await shop.work()


async def test_a_job_that_cancels_itself_fails(shop):
    @dataclass(frozen=True)
    class Cancelled(Job, attempts=1):
        async def handle(self) -> None:
            raise asyncio.CancelledError

    await shop.enqueue(Cancelled())
    await shop.work()
    assert isinstance(shop.backend.failed[0].error, JobCancelled)


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


async def test_job_72_a_task_that_is_left_running_is_cancelled_with_a_warning(shop, caplog):
    tasks = []

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            shop.journal.append("lingered")

    @dataclass(frozen=True)
    class Starting(Job):
        async def handle(self) -> None:
            tasks.append(asyncio.create_task(linger()))
            await asyncio.sleep(0)

    await shop.enqueue(Starting())
    await shop.work()
    assert shop.journal == ["lingered"]
    assert "left test_job_72" in caplog.text
    assert "linger running: it is cancelled" in caplog.text
    assert shop.backend.outcomes == ["Done"]


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


def envelope(name: str, payload: object, *, age: timedelta = timedelta(0)) -> Envelope:
    return Envelope("1", name, payload, "default", datetime.now(UTC) - age)


async def put(shop, stored: Envelope) -> None:
    async with shop.container.scoped_context() as scope:
        await shop.backend.enqueue([stored], scope, None)


async def test_job_53_a_job_that_has_lost_three_workers_fails_and_is_not_called(shop):
    shop.registry.register(Failing)
    runner = Runner(shop.container, shop.registry)
    lost = [replace(envelope("Failing", {}), crashes=crashes) for crashes in (2, 3)]
    outcomes = [await runner.run(each) for each in lost]
    assert isinstance(outcomes[0], Retried)
    assert isinstance(outcomes[1].error, WorkerLost)
    assert (outcomes[1].error.name, outcomes[1].error.crashes) == ("Failing", 3)
    assert shop.journal == [
        "attempt 1",
        "failed: Failing was running when its worker was lost, 3 times",
    ]


async def test_job_47_an_unknown_name_waits_for_another_release_for_a_day(shop):
    await put(shop, envelope("Gone", {}))
    await put(shop, envelope("Gone", {}, age=timedelta(days=2)))
    await shop.work()
    assert shop.backend.outcomes == ["Failed", "Released"]
    assert isinstance(shop.backend.failed[0].error, UnknownJob)


async def test_job_45_a_payload_that_does_not_fit_fails_at_once(shop):
    shop.registry.register(Note)
    await put(shop, envelope("Note", {"texts": []}))
    await shop.work()
    (failed,) = shop.backend.failed
    assert isinstance(failed.error, UnreadableJob)
    assert str(failed.error) == "Note.text is not stored, and has no default"


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


async def test_a_plain_failed_runs_in_a_thread(shop):
    @dataclass(frozen=True)
    class Plain(Job, attempts=1):
        def handle(self) -> None:
            raise ValueError("no paper")

        def failed(self, error: Exception, journal: Journal) -> None:
            journal.append(f"{error}: {threading.current_thread() is threading.main_thread()}")

    await shop.enqueue(Plain())
    await shop.work()
    assert shop.journal == ["no paper: False"]


async def test_failed_that_is_cancelled_or_too_slow_does_not_end_the_worker(shop, caplog):
    @dataclass(frozen=True)
    class Unlucky(Job, attempts=1, timeout=0.01):
        slow: bool

        async def handle(self) -> None:
            raise ValueError("no paper")

        async def failed(self, error: Exception) -> None:
            if self.slow:
                await asyncio.Event().wait()
            raise asyncio.CancelledError

    await shop.enqueue(Unlucky(slow=True), Unlucky(slow=False), Note("next"))
    await shop.work()
    assert shop.journal == ["next"]
    assert sorted(shop.backend.outcomes) == ["Done", "Failed", "Failed"]
    problems = [each.exc_info[1] for each in caplog.records if "`failed` of" in each.message]
    assert {type(each) for each in problems} == {JobTimeout, JobCancelled}


class Broken:
    def __init__(self, seconds: object) -> None:
        self.seconds = seconds

    def seconds_after(self, attempt: int) -> float:
        return self.seconds / 1


@pytest.mark.parametrize(
    ("seconds", "problem"),
    [("3", TypeError), (-1, ValueError), (float("inf"), ValueError), (float("nan"), ValueError)],
)
async def test_a_backoff_that_returns_no_seconds_fails_the_job_and_not_the_worker(
    shop, seconds, problem
):
    @dataclass(frozen=True)
    class Odd(Job, backoff=Broken(seconds)):
        async def handle(self) -> None:
            raise KeyError

    await shop.enqueue(Odd(), Note("next"))
    await shop.work()
    assert shop.journal == ["next"]
    (failed,) = shop.backend.failed
    assert isinstance(failed.error, problem)


@pytest.mark.parametrize("after", ["60", timedelta(seconds=60), -1, float("inf"), float("nan")])
def test_retry_after_what_is_not_a_number_of_seconds_is_refused(after):
    with pytest.raises(ValueError, match="pass a number of seconds, 0 or more"):
        Retry(after)


async def test_a_job_that_its_class_refuses_fails_at_once(shop):
    @dataclass(frozen=True)
    class Picky(Job):
        number: int

        def __post_init__(self) -> None:
            if made:
                raise ValueError("too old")
            made.append(self)

        async def handle(self) -> None: ...

    made = []
    await shop.enqueue(Picky(3))
    await shop.enqueue(Note("next"))
    await shop.work()
    assert shop.journal == ["next"]
    (failed,) = shop.backend.failed
    assert str(failed.error) == "Picky is refused by Picky: ValueError: too old"


async def test_a_job_that_begins_after_the_release_is_released(shop):
    shop.registry.register(Note)
    runner = Runner(shop.container, shop.registry)
    runner.release()
    envelope = Envelope("1", "Note", {"text": "a"}, "default", datetime.now(UTC))
    assert await runner.run(envelope) == Released()
    assert shop.journal == []


def test_the_registry_reads_no_job_with_an_unknown_name(shop):
    shop.registry.register(Note)
    assert shop.registry.read("Note", {"text": "a"}) == Note("a")
    with pytest.raises(UnknownJob, match="No job is registered as 'Letter'"):
        shop.registry.read("Letter", {})
