"""Jobs in tests: fakes, and jobs that run when the test says so."""

from job_project import JOBS

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


BY_HAND = """
from dataclasses import dataclass

import pytest
from ftf.container import Container
from ftf.container.jobs import Job, JobBackend, JobRegistry, Jobs, MemoryJobs

@dataclass(frozen=True)
class Note(Job):
    async def handle(self) -> None: ...

@pytest.fixture
def container():
    container = Container()
    container.instance(JobBackend, MemoryJobs())
    container.register(Jobs, scope="scoped")
    JobRegistry.of(container).register(Note)
    return container

async def test_it(container, jobs):
    async with container.scoped_context() as scope:
        await (await scope.aresolve(Jobs)).enqueue(Note())
    assert (await jobs.run()).done == [Note()]
"""


def test_jobs_without_their_provider_have_no_worker_that_would_have_to_wait(project):
    project(BY_HAND).runpytest_inprocess().assert_outcomes(passed=1)
