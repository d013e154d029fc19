"""Leases of jobs in a database: renewed, lost, released, and settled by their holder."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial

import pytest
from job_shop import Journal, Note, WatchedDatabaseJobs
from sqlalchemy import event

from ftf.container.jobs import (
    Done,
    Failed,
    Fixed,
    Job,
    JobRun,
    LeaseLost,
    Released,
)
from ftf.orm.jobs import DatabaseJobs


@dataclass(frozen=True)
class Gated(Job, attempts=2, backoff=Fixed(0)):
    async def handle(self, gate: asyncio.Event, journal: Journal, run: JobRun) -> None:
        journal.append(f"started {run.attempt}")
        await gate.wait()
        journal.append("passed")


@pytest.fixture
def gate(shop) -> asyncio.Event:
    gate = asyncio.Event()
    shop.container.instance(asyncio.Event, gate)
    shop.registry.register(Gated)
    return gate


STATE = "SELECT attempt, crashes, token IS NULL, due_at > enqueued_at FROM ftf_jobs"


async def test_job_53_a_job_whose_workers_were_lost_three_times_fails(shop, caplog):
    await shop.enqueue(Note("poison"))
    backend = DatabaseJobs(shop.engine)
    for crashes in range(3):
        (claimed,) = await backend.claim((), 10)
        assert claimed.crashes == crashes
        assert await backend.claim((), 10) == []
        await shop.end_leases()
    await shop.enqueue(Note("a"))
    await shop.work()
    assert shop.journal == ["a"]
    ((crashes, error),) = await shop.rows("SELECT crashes, error FROM ftf_failed_jobs")
    assert crashes == 3
    assert error.endswith("WorkerLost: Note was running when its worker was lost, 3 times")


async def test_job_54_a_lease_is_renewed_while_its_job_runs(shop, gate):
    shop.backend = WatchedDatabaseJobs(shop.engine, lease_seconds=0.3)
    renewals = asyncio.Semaphore(0)

    def note(_connection, _cursor, statement, *_) -> None:
        if statement.startswith("UPDATE ftf_jobs SET due_at"):
            renewals.release()

    event.listen(shop.engine.sync_engine, "after_cursor_execute", note)
    await shop.enqueue(Gated())
    worker, running = shop.start(concurrency=1)  # no room to claim it again
    for _ in range(4):  # longer than a lease
        await renewals.acquire()
    gate.set()
    await shop.backend.outcomes.reaches(1)
    worker.stop()
    await running
    event.remove(shop.engine.sync_engine, "after_cursor_execute", note)
    assert shop.journal == ["started 1", "passed"]
    assert await shop.rows() == []


async def test_job_55_the_outcome_of_a_lost_lease_is_refused(shop):
    await shop.enqueue(Note("a"))
    first, second = DatabaseJobs(shop.engine), DatabaseJobs(shop.engine)
    (slow,) = await first.claim((), 10)
    await shop.end_leases()
    (again,) = await second.claim((), 10)
    assert (again.id, again.crashes) == (slow.id, 1)
    for outcome in (Done(), Released()):
        with pytest.raises(LeaseLost, match=f"Note {slow.id} was handed out again"):
            await first.settle(slow, outcome)
    assert await shop.rows() == [("Note", "default")]
    await second.settle(again, Done())
    assert await shop.rows() == []


async def test_job_55_a_process_that_claims_its_own_job_again_settles_the_later_claim(shop):
    await shop.enqueue(Note("a"))
    backend = DatabaseJobs(shop.engine)
    (slow,) = await backend.claim((), 10)
    await shop.end_leases()
    (again,) = await backend.claim((), 10)
    with pytest.raises(LeaseLost):
        await backend.settle(slow, Done())
    await backend.settle(again, Done())
    assert await shop.rows() == []


async def test_job_55_a_worker_that_lost_a_lease_goes_on(shop, gate, caplog):
    await shop.enqueue(Gated())
    worker, running = shop.start(concurrency=1)  # it claims nothing else
    await shop.journal.reaches(1)
    other, taken = DatabaseJobs(shop.engine), []
    while not taken:  # the worker may have renewed the lease
        await shop.end_leases()
        taken = await other.claim((), 1)
    gate.set()
    await shop.backend.outcomes.reaches(1)
    assert shop.backend.outcomes == ["LeaseLost"]
    await other.settle(taken[0], Done())
    await shop.enqueue(Note("a"))
    await shop.journal.reaches(3)
    worker.stop()
    await running
    assert shop.journal == ["started 1", "passed", "a"]
    assert "Gated" in caplog.text


async def test_job_82_a_job_that_is_cancelled_by_the_stop_waits_for_another_worker(shop, gate):
    await shop.enqueue(Gated())
    worker, running = shop.start(stop_seconds=0)
    await shop.journal.reaches(1)
    worker.stop()
    await running
    ((attempt, crashes, free, _),) = await shop.rows(STATE)
    assert (attempt, crashes, free) == (0, 0, True)
    gate.set()
    await shop.work()
    assert shop.journal == ["started 1", "started 1", "passed"]


async def test_job_84_jobs_that_are_claimed_while_the_worker_is_cancelled_are_released(shop):
    await shop.enqueue(Note("a"))
    backend = DatabaseJobs(shop.engine)
    claiming = asyncio.create_task(backend.claim((), 10))

    def cancel(*_) -> None:
        claiming.cancel()

    event.listen(shop.engine.sync_engine, "commit", cancel, once=True)
    with pytest.raises(asyncio.CancelledError):
        await claiming
    ((attempt, crashes, free, _),) = await shop.rows(STATE)
    assert (attempt, crashes, free) == (0, 0, True)


@pytest.mark.parametrize("outcome", [Done, partial(Failed, ValueError("no"))])
async def test_job_74_what_follows_a_job_exists_with_its_end(shop, outcome):
    await shop.enqueue(Note("a"))
    first, second = DatabaseJobs(shop.engine), DatabaseJobs(shop.engine)
    (slow,) = await first.claim((), 1)
    await shop.end_leases()
    (claimed,) = await second.claim((), 1)
    follower = replace(claimed, id="2", chain=["b", {"c": None}], unique="letter")
    with pytest.raises(LeaseLost):
        await first.settle(slow, outcome(then=(follower,)))
    await second.settle(claimed, outcome(then=(follower,)))
    (found,) = await second.claim((), 10)
    assert (found.id, found.chain, found.unique) == ("2", ["b", {"c": None}], "letter")
    assert claimed.chain is None
