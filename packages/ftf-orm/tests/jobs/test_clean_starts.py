"""Attempts that leave something behind, and the job after them, which does not notice."""

from asyncio import Event
from dataclasses import dataclass

import pytest
from bookshop import Author, AuthorRepository
from job_shop import Journal
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container.jobs import Fixed, Job, JobRun
from ftf.orm import SerializationFailure, Transaction, run_transaction, transaction


@dataclass(frozen=True)
class Leaving(Job, attempts=1):
    """Leaves its session as its field says."""

    how: str

    async def handle(self, session: AsyncSession) -> None:
        if self.how == "begun":
            await session.begin()
        session.add(Author(name="Ada"))
        await session.flush()
        if self.how == "failed":
            await session.execute(text("SELECT no_such_column"))


@dataclass(frozen=True)
class Count(Job):
    async def handle(self, session: AsyncSession, journal: Journal) -> None:
        assert not session.in_transaction()
        journal.append(f"{await session.scalar(select(func.count()).select_from(Author))} authors")


@pytest.mark.parametrize("how", ["begun", "written", "failed"])
async def test_job_68_a_transaction_that_is_left_open_is_gone_before_the_next_job(shop, how):
    shop.registry.register(Leaving, Count)
    await shop.enqueue(Leaving(how), Count())
    await shop.work(concurrency=1)
    assert shop.journal == ["0 authors"]
    assert shop.engine.pool.checkedout() == 0


@pytest.mark.parametrize("how", ["timeout", "stop"])
async def test_job_64_an_attempt_that_is_cancelled_gives_its_connection_back(shop, how):
    sessions: list[AsyncSession] = []

    @dataclass(frozen=True)
    class Hanging(Job, attempts=1, timeout=0.2 if how == "timeout" else None):
        async def handle(self, session: AsyncSession, journal: Journal) -> None:
            session.add(Author(name="Ada"))
            await session.flush()
            sessions.append(session)
            journal.append("began")
            await Event().wait()

    shop.registry.register(Hanging, Count)
    await shop.enqueue(Hanging())
    worker, running = shop.start(stop_seconds=0)
    await (shop.backend.outcomes if how == "timeout" else shop.journal).reaches(1)
    worker.stop()
    await running
    assert shop.backend.outcomes == ["Failed" if how == "timeout" else "Released"]
    assert not any(session.in_transaction() for session in sessions)
    assert shop.engine.pool.checkedout() == 0
    assert await shop.names() == []


async def test_job_68_a_callback_after_the_commit_that_raises_fails_its_own_job_only(shop):
    @dataclass(frozen=True)
    class Calling(Job, attempts=1):
        async def handle(self, session: AsyncSession, authors: AuthorRepository) -> None:
            async with transaction(session) as tx:
                await authors.create(Author(name="Ada"))
                tx.after_commit(lambda: 1 / 0)

    shop.registry.register(Calling, Count)
    await shop.enqueue(Calling(), Count())
    await shop.work(concurrency=1)
    assert (shop.journal, shop.backend.outcomes) == (["1 authors"], ["Failed", "Done"])


async def test_job_61_a_conflict_is_tried_again_within_the_attempt_or_is_an_error_like_others(shop):
    @dataclass(frozen=True)
    class Losing(Job, attempts=2, backoff=Fixed(0)):
        async def handle(self, session: AsyncSession, run: JobRun, journal: Journal) -> None:
            async def work(_: Transaction) -> None:
                journal.append(f"attempt {run.attempt}")
                if len(journal) != 5:
                    raise SerializationFailure

            await run_transaction(session, work, attempts=3)

    shop.registry.register(Losing)
    await shop.enqueue(Losing())
    await shop.work()
    assert shop.journal == ["attempt 1"] * 3 + ["attempt 2"] * 2
    assert shop.backend.outcomes == ["Retried", "Done"]
