"""Jobs in tests: fakes, and jobs that run when the test says so."""

JOBS = """
from dataclasses import dataclass
from datetime import timedelta

import pytest
import shop
from ftf.container.jobs import Discard, Job, JobRegistry, Jobs, JobsProvider, Retry
from ftf.testing import FailedRun, JobTester

class Journal(list): ...

class Unit:
    async def commit(self): ...
    async def rollback(self): ...

@dataclass(frozen=True)
class Receipt(Job, queue="mail"):
    number: int
    async def handle(self, journal: Journal):
        journal.append(self.number)

@dataclass(frozen=True)
class Order(Job):
    number: int
    async def handle(self, jobs: Jobs):
        await jobs.enqueue(Receipt(self.number))

@dataclass(frozen=True)
class Failing(Job, attempts=2):
    async def handle(self, journal: Journal):
        journal.append("failing")
        raise ValueError("no paper")

@dataclass(frozen=True)
class Gone(Job):
    async def handle(self): raise Discard("gone")

@dataclass(frozen=True)
class Endless(Job):
    async def handle(self, jobs: Jobs): await jobs.enqueue(Endless())

@pytest.fixture(scope="session", autouse=True)
def registered():
    container = shop.app.container
    container.add_provider(JobsProvider(concurrency=0))
    container.register(Journal, scope="singleton")
    JobRegistry.of(container).register(Receipt, Order, Failing, Gone, Endless)

@pytest.fixture
def journal(container):
    journal = container.resolve(Journal)
    journal.clear()
    return journal

async def enqueue(container, *jobs, commit=True, **options):
    async with container.scoped_context() as scope:
        scope.units.add(Unit())
        ids = [await (await scope.aresolve(Jobs)).enqueue(job, **options) for job in jobs]
        await scope.units.settle(commit=commit)
        return ids
"""
PASSING = """
async def test_a_fake_catches_what_is_committed(jobs: JobTester, container, journal):
    queued = jobs.fake(Receipt)
    await enqueue(container, Receipt(1), delay=timedelta(minutes=5))
    await enqueue(container, Receipt(2), commit=False)
    await enqueue(container, Receipt(3))
    queued.assert_enqueued(Receipt, times=2)
    queued.assert_enqueued(Receipt, lambda job: job.number == 1, delay=timedelta(minutes=5))
    queued.assert_enqueued(Receipt, delay=timedelta(0), times=1)
    queued.assert_not_enqueued(Receipt, lambda job: job.number == 2)
    queued.assert_not_enqueued(Order)
    queued.assert_nothing_enqueued(queue="default")
    assert queued.enqueued(Receipt) == [Receipt(1), Receipt(3)]
    assert (await jobs.run()).done == []
    assert journal == []

async def test_a_fake_of_some_leaves_the_others(jobs, container):
    jobs.fake(Receipt).assert_nothing_enqueued()
    await enqueue(container, Order(1))
    assert (await jobs.run()).done == [Order(1)]

async def test_jobs_run_when_the_test_says_so(jobs, container, journal):
    await enqueue(container, Order(1), Receipt(2), Gone())
    assert journal == []
    report = await jobs.run()
    assert report.done == [Order(1), Receipt(2), Receipt(1)]
    assert report.discarded == [Gone()]
    assert report.failed == []
    assert journal == [2, 1]

async def test_a_failure_is_reported(jobs, container, journal):
    await enqueue(container, Failing())
    (failed,) = (await jobs.run()).failed
    assert isinstance(failed, FailedRun) and failed.job == Failing()
    assert journal == ["failing"] * 2
    await enqueue(container, Failing())
    with pytest.raises(ValueError, match="no paper"):
        await jobs.run(raise_errors=True)

async def test_unique(jobs, container, journal):
    (first,) = await enqueue(container, Receipt(1), unique="letter")
    async with container.scoped_context() as scope:
        held = await scope.aresolve(Jobs)
        assert await held.enqueue(Receipt(2), unique="letter") == first
        assert await held.enqueue(Receipt(3), unique="other") != first
    await jobs.run()
    assert journal == [1, 3]

async def test_after_a_transaction(jobs, container):
    class Transaction:
        def after_commit(self, callback): self.commit = callback
    transaction = Transaction()
    await enqueue(container, Receipt(1), after=transaction)
    assert (await jobs.run()).done == []
    transaction.commit()
    assert (await jobs.run()).done == [Receipt(1)]

async def test_the_worker_of_the_application_leaves_them_alone(jobs, container):
    import asyncio
    from ftf.container.jobs import Worker, JobBackend
    worker = Worker(container, container.resolve(JobBackend), JobRegistry.of(container))
    running = asyncio.create_task(worker.run())
    await enqueue(container, Receipt(1))
    worker.stop()
    await running
    assert (await jobs.run()).done == [Receipt(1)]
"""
CHAINS = """
async def chain(container, *jobs, **options):
    async with container.scoped_context() as scope:
        return await (await scope.aresolve(Jobs)).chain(*jobs, **options)

async def test_chains_are_caught(jobs, container):
    caught = jobs.fake()
    await chain(container, Receipt(1), Order(2), catch=Gone())
    await chain(container, Receipt(3))
    caught.assert_chain(Receipt(1), Order(2))
    caught.assert_chain(Receipt, Order)
    caught.assert_chain(Receipt(3))
    caught.assert_chain(Receipt)
    assert caught.enqueued(Order) == []

async def test_the_jobs_of_a_chain_run_one_after_the_other(jobs, container, journal):
    await chain(container, Receipt(1), Order(2), Receipt(3))
    report = await jobs.run()
    assert report.done == [Receipt(1), Order(2), Receipt(2), Receipt(3)]

async def test_a_failure_ends_a_chain(jobs, container, journal):
    await chain(container, Failing(), Receipt(1), catch=Receipt(2))
    report = await jobs.run()
    assert report.done == [Receipt(2)]

async def test_missing(jobs, container):
    caught = jobs.fake()
    await chain(container, Receipt(1), Receipt(2))
    caught.assert_chain(Receipt(1), Order)
"""
BATCHES = """
async def batch(container, *jobs, **options):
    async with container.scoped_context() as scope:
        return await (await scope.aresolve(Jobs)).batch(jobs, **options)

async def test_batches_are_caught(jobs, container):
    caught = jobs.fake()
    await batch(container, Receipt(1), Order(2), then=Gone())
    await batch(container, Receipt(3))
    await enqueue(container, Receipt(4))
    caught.assert_batch(2)
    caught.assert_batch(Receipt(1), Order(2))
    caught.assert_batch(Receipt, Order)
    caught.assert_batch(1)
    caught.assert_batch(Receipt(3))
    caught.assert_batch(Receipt)
    assert len(caught.enqueued(Receipt)) == 3

async def test_what_follows_a_batch_runs_at_the_end(jobs, container, journal):
    await batch(container, Receipt(1), Failing(), catch=Receipt(2), always=Receipt(3))
    report = await jobs.run()
    assert report.done == [Receipt(1), Receipt(2), Receipt(3)]

async def test_missing(jobs, container):
    caught = jobs.fake()
    await enqueue(container, Receipt(1))
    await batch(container, Receipt(2), Order(3))
    caught.assert_batch(Receipt(2), Receipt)

async def test_another_number(jobs, container):
    caught = jobs.fake()
    await batch(container, Receipt(1))
    caught.assert_batch(2)
"""
QUEUED = """
from datetime import UTC, datetime
from ftf.container.events import Events, Listeners
from ftf.container.jobs import Schedule

@dataclass(frozen=True)
class Placed:
    number: int

class Notify:
    async def handle(self, event: Placed): ...

async def letter(event: Placed, journal: Journal): journal.append(event.number)

@pytest.fixture(scope="session", autouse=True)
def queued(registered):
    container = shop.app.container
    Listeners.of(container).queue(Placed, Notify, letter)
    Schedule.of(container).cron("30 1 * * *", Receipt(1), timezone="Europe/Lisbon")
    Schedule.of(container).every(timedelta(hours=1), Receipt(2), name="often")

async def place(container, number):
    async with container.scoped_context() as scope:
        await (await scope.aresolve(Events)).dispatch(Placed(number))

async def test_queued_listeners_are_caught(jobs, container):
    caught = jobs.fake()
    await place(container, 1)
    caught.assert_queued(Notify)
    caught.assert_queued(Notify, lambda event: event.number == 1, times=1)
    caught.assert_queued(letter, times=1)
    caught.assert_queued(Notify, lambda event: event.number == 2, times=0)

async def test_queued_listeners_run_with_the_other_jobs(jobs, container, journal):
    await place(container, 1)
    report = await jobs.run()
    assert [str(job) for job in report.done] == [
        "Notify(event=Placed(number=1))", "letter(event=Placed(number=1))"
    ]
    assert journal == [1]

def test_scheduled(jobs):
    # 01:30 does not exist on 29 March, and comes just after the hour that is skipped.
    assert jobs.due_at(datetime(2026, 3, 29, 1, tzinfo=UTC)) == [Receipt(1), Receipt(2)]
    assert jobs.due_at(datetime(2026, 3, 30, 0, 30, tzinfo=UTC)) == [Receipt(1)]
    assert jobs.due_at(datetime(2026, 3, 30, 0, 31, tzinfo=UTC)) == []

async def test_missing(jobs, container):
    caught = jobs.fake()
    await place(container, 1)
    caught.assert_queued(Notify, lambda event: event.number == 2)
"""
FAILING = """
async def test_missing(jobs, container):
    queued = jobs.fake()
    await enqueue(container, Receipt(1))
    queued.assert_enqueued(Receipt, lambda job: job.number == 2)

async def test_something(jobs, container):
    queued = jobs.fake()
    await enqueue(container, Receipt(1))
    queued.assert_nothing_enqueued(queue="mail")

async def test_endless(jobs, container):
    await enqueue(container, Endless())
    await jobs.run()

async def test_forgotten(jobs, container):
    await enqueue(container, Receipt(1))
"""


def test_job_101_jobs_are_caught_by_fakes_or_run_by_the_test(project):
    project(JOBS + PASSING).runpytest_inprocess().assert_outcomes(passed=7)


def test_job_100_chains_are_caught_and_run(project):
    result = project(JOBS + CHAINS).runpytest_inprocess()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "Expected a chain of Receipt(number=1), Order to be enqueued at least once; 0 were.",
            "Enqueued:",
            "  Receipt(number=1) in the queue 'mail', followed by Receipt(number=2), enqueued at *",
        ]
    )


def test_job_100_batches_are_caught_and_run(project):
    result = project(JOBS + BATCHES).runpytest_inprocess()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "Expected a batch of Receipt(number=2), Receipt to be enqueued at least once; 0 were.",
            "Enqueued:",
            "  Receipt(number=1) in the queue 'mail', enqueued at *",
            "  Receipt(number=2) in the queue 'mail', in batch 1, enqueued at *",
            "  Order(number=3) in the queue 'default', in batch 1, enqueued at *",
            "Expected a batch of 2 to be enqueued at least once; 0 were.",
        ]
    )


def test_job_99_queued_listeners_are_jobs_under_their_own_names(project):
    result = project(JOBS + QUEUED).runpytest_inprocess()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "Expected Notify with a matching event to be enqueued at least once; 0 were.",
            "Enqueued:",
            "  Notify(event=Placed(number=1)) in the queue 'default', enqueued at test_it.py:*",
        ]
    )


def test_job_103_failures_and_jobs_that_were_not_run_say_what_was_enqueued_and_where(project):
    result = project(JOBS + FAILING).runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=3, errors=2)
    result.stdout.fnmatch_lines(
        [
            "Expected a matching Receipt to be enqueued at least once; 0 were.",
            "Enqueued:",
            "  Receipt(number=1) in the queue 'mail', enqueued at test_it.py:* in enqueue",
            "Expected anything not to be enqueued; 1 were.",
            "The jobs did not come to an end after 1000 attempts: Endless was the last one.",
        ]
    )
    result.stdout.fnmatch_lines(["Receipt, enqueued at test_it.py:*, was not run: call*"])


def test_a_container_without_jobs_is_an_error_that_says_what_to_add(project):
    result = project("def test_it(jobs): ...").runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["The container has no jobs: add `ftf.container.jobs.JobsProvider*"]
    )
