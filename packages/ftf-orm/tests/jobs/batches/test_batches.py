"""Batches in each backend: what follows exists once, with the end of the last member."""

import asyncio
from dataclasses import dataclass

import pytest
from bookshop import Author
from job_shop import Journal, Note
from sqlalchemy import delete, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import await_only

from ftf.container.jobs import BatchEnded, Done, Failed, Fixed, Job, JobRun, Jobs, LeaseLost
from ftf.orm import transaction
from ftf.orm.jobs import DatabaseJobs, FailedJobs, jobs_metadata

BATCHES = "SELECT unfinished, failures FROM ftf_batches"
FOLLOWING = {"then": Note("then"), "catch": Note("catch"), "always": Note("always")}


@dataclass(frozen=True)
class Part(Job, attempts=1):
    fails: bool = False

    async def handle(self, journal: Journal) -> None:
        journal.append("part")
        if self.fails:
            raise ValueError("no")


@dataclass(frozen=True)
class Adding(Job, attempts=2, backoff=Fixed(0)):
    async def handle(self, jobs: Jobs, run: JobRun, session: AsyncSession) -> None:
        async with transaction(session):
            await jobs.add_to_batch([Part(), Part()])
            if run.attempt == 1:
                raise ValueError("no")


async def batch(shop, *jobs: Job, **options: object) -> str:
    shop.registry.register(Part, Adding)
    async with shop.scope() as (_, _, queue):
        return await queue.batch(jobs, **(FOLLOWING | options))


async def test_job_75_what_follows_a_batch_exists_once_all_members_have_ended(any_shop):
    await batch(any_shop, Part(), Part(), Part())
    await any_shop.work()
    assert any_shop.journal == ["part", "part", "part", "then", "always"]


@pytest.mark.parametrize("allowed", [False, True])
async def test_job_75_failures_are_caught_once_and_may_be_allowed(any_shop, allowed):
    await batch(any_shop, Part(fails=True), Part(fails=True), Part(), allow_failures=allowed)
    await any_shop.work()
    assert any_shop.journal.count("part") == 3
    then = ["then"] if allowed else []
    assert sorted(any_shop.journal) == sorted(["part"] * 3 + ["catch", *then, "always"])


async def test_job_75_a_member_whose_lease_was_lost_counts_once(shop):
    await batch(shop, Part(), Part())
    (first,) = await shop.backend.claim([], 1)
    await shop.end_leases()
    claimed = await shop.backend.claim([], 9)
    (again,) = [each for each in claimed if each.id == first.id]
    with pytest.raises(LeaseLost):
        await shop.backend.settle(first, Done())
    assert await shop.rows(BATCHES) == [(2, 0)]
    await shop.backend.settle(again, Done())
    assert await shop.rows(BATCHES) == [(1, 0)]


async def test_job_75_of_members_that_end_together_one_is_the_last(shop):
    await batch(shop, *[Part()] * 8)
    claimed = await shop.backend.claim([], 8)
    await asyncio.gather(*(shop.backend.settle(each, Done()) for each in claimed))
    assert await shop.rows() == [("Note", "default")] * 2
    assert await shop.rows(BATCHES) == []


async def test_job_75_workers_that_note_members_of_the_same_batches_do_not_deadlock(shop, caplog):
    """The first one has locked the row of one batch when the second one asks for a lock."""
    for _ in "ab":
        await batch(shop, Part(), Part(), then=None, catch=None, always=None)
    first, second = DatabaseJobs(shop.engine), DatabaseJobs(shop.engine)
    (a1,), (a2,), (b1,), (b2,) = [await each.claim([], 1) for each in (first, second) * 2]
    has_locked, has_asked = asyncio.Event(), asyncio.Event()

    def before(_connection, _cursor, statement, *_) -> None:
        if has_locked.is_set() and statement.startswith(("BEGIN", "UPDATE ftf_batches")):
            has_asked.set()

    def after(_connection, _cursor, statement, *_) -> None:
        if not has_locked.is_set() and statement.startswith("UPDATE ftf_batches"):
            has_locked.set()
            await_only(has_asked.wait())

    event.listen(shop.engine.sync_engine, "before_cursor_execute", before)
    event.listen(shop.engine.sync_engine, "after_cursor_execute", after)
    noting = [asyncio.create_task(first.settle(each, Done())) for each in (a1, b1)]
    await has_locked.wait()
    noting += [asyncio.create_task(second.settle(each, Done())) for each in (b2, a2)]
    await asyncio.gather(*noting)
    assert await shop.rows(BATCHES) == []
    assert caplog.messages == []


async def test_job_75_a_member_that_is_retried_by_hand_counts_no_more(shop):
    await batch(shop, Part(), Part(fails=True))
    for each in await shop.backend.claim([], 9):
        outcome = Failed(ValueError("no")) if each.payload["fails"] else Done()
        await shop.backend.settle(each, outcome)
    await shop.work()
    async with shop.scope() as (scope, _, _):
        assert await (await scope.aresolve(FailedJobs)).retry_all() == 1
    await shop.work()
    assert shop.journal == ["catch", "always", "part"]


async def test_job_75_a_batch_that_was_deleted_by_hand_is_followed_by_nothing(shop):
    await batch(shop, Part())
    async with shop.scope() as (_, session, _), transaction(session):
        await session.execute(delete(jobs_metadata.tables["ftf_batches"]))
    await shop.work()
    assert shop.journal == ["part"]


async def test_job_76_an_empty_batch_is_followed_at_once(any_shop):
    await batch(any_shop)
    await any_shop.work()
    assert any_shop.journal == ["then", "always"]


async def test_job_76_a_member_adds_members_in_its_transaction(any_shop):
    await batch(any_shop, Adding())
    await any_shop.work()
    assert any_shop.journal == ["part", "part", "then", "always"]


async def test_job_76_a_batch_that_has_ended_takes_no_members(any_shop):
    id_ = await batch(any_shop, Part())
    await any_shop.work()
    async with any_shop.scope() as (scope, _, _):
        with pytest.raises(BatchEnded, match=f"all members of the batch {id_} have ended") as e:
            await any_shop.backend.add_to_batch(id_, [], scope)
    assert e.value.batch == id_


async def test_job_76_what_follows_is_stored_with_the_end_of_the_last_member(shop, monkeypatch):
    """A process that is killed in between has noted neither."""

    async def fail(*_: object) -> None:
        raise KeyError

    await batch(shop, Part())
    (member,) = await shop.backend.claim([], 9)
    with monkeypatch.context() as broken:
        broken.setattr("ftf.orm.jobs.leases._settling.insert_jobs", fail)
        with pytest.raises(KeyError):
            await shop.backend.settle(member, Done())
    assert await shop.rows() == [("Part", "default")]
    assert await shop.rows(BATCHES) == [(1, 0)]


async def test_job_31_a_batch_is_part_of_the_transaction(any_shop):
    any_shop.registry.register(Part)
    async with any_shop.scope() as (_, session, jobs):
        for keeps in (False, True):
            try:
                async with transaction(session):
                    session.add(Author(name="Ada"))
                    await jobs.batch([Part()], **FOLLOWING)
                    assert keeps
            except AssertionError:
                assert not keeps
    await any_shop.work()
    assert (await any_shop.names(), any_shop.journal) == (["Ada"], ["part", "then", "always"])
