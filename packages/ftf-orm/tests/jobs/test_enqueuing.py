"""When an enqueued job exists, on each database."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from bookshop import Author, AuthorRepository
from job_shop import Note, before_each
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ftf.orm import (
    TransactionMisuse,
    session_factory,
    transaction,
)
from ftf.orm.jobs import DatabaseJobs, OutboxJobs

WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
STORED = """
    SELECT name, queue, payload, headers, chain, batch, unique_key, attempt, crashes, due_at, token
    FROM ftf_jobs ORDER BY number
"""


async def test_job_31_a_job_exists_once_the_transaction_is_committed(any_shop):
    async with any_shop.scope() as (_, session, jobs):
        async with transaction(session):
            await (AuthorRepository(session)).create(Author(name="Ada"))
            await jobs.enqueue(Note("a"))
            await any_shop.work()
            assert any_shop.journal == []
        await any_shop.work()
    assert any_shop.journal == ["a"]


async def test_job_31_a_job_that_is_rolled_back_never_exists(any_shop):
    async with any_shop.scope() as (_, session, jobs):
        with pytest.raises(KeyError, match="x"):
            async with transaction(session):
                await jobs.enqueue(Note("a"), unique="letter")
                raise KeyError("x")
        await any_shop.work()
        assert any_shop.journal == []
        await jobs.enqueue(Note("b"), unique="letter")
    await any_shop.work()
    assert any_shop.journal == ["b"]


async def test_job_32_a_rollback_takes_back_an_enqueue_that_was_the_first_statement(any_shop):
    async with any_shop.scope() as (_, session, jobs):
        with pytest.raises(KeyError, match="x"):
            async with transaction(session):
                await jobs.enqueue(Note("a"))
                raise KeyError("x")
    async with any_shop.scope() as (scope, session, jobs):
        scope.units.add(session)
        await jobs.enqueue(Note("b"))
        await scope.units.settle(commit=False)
    await any_shop.work()
    assert (any_shop.journal, await any_shop.rows()) == ([], [])


async def test_job_32_nothing_is_committed_while_the_first_statement_is_an_enqueue(shop):
    async with shop.scope() as (_, session, jobs):
        async with session.begin():
            await jobs.enqueue(Note("a"))
            assert await shop.rows() == []
        assert await shop.rows() == [("Note", "default")]
        async with session.begin() as begun:
            await jobs.enqueue(Note("b"))
            await begun.rollback()
    assert await shop.rows() == [("Note", "default")]


async def test_job_33_a_savepoint_takes_its_job_back_and_its_sibling_stays(any_shop):
    async with any_shop.scope() as (_, session, jobs), transaction(session):
        await jobs.enqueue(Note("a"))
        with pytest.raises(KeyError, match="x"):
            async with transaction(session):
                await jobs.enqueue(Note("b"))
                raise KeyError("x")
        async with transaction(session):
            await jobs.enqueue(Note("c"))
    await any_shop.work()
    assert any_shop.journal == ["a", "c"]


async def test_job_36_only_jobs_in_a_database_promise_to_be_kept(any_shop):
    has = any_shop.backend.capabilities
    assert (
        has.durable is has.transactional is isinstance(any_shop.backend, DatabaseJobs | OutboxJobs)
    )
    assert (has.delay, has.unique, has.schedules, has.chains) == (True, True, True, True)


async def test_job_38_a_unique_text_twice_in_a_transaction_is_one_job(any_shop):
    async with any_shop.scope() as (_, session, jobs):
        async with transaction(session):
            first = await jobs.enqueue(Note("a"), unique="letter")
            await AuthorRepository(session).create(Author(name="Ada"))
            assert await jobs.enqueue(Note("b"), unique="other") != first
            await jobs.enqueue(Note("c"), unique="letter")
            await AuthorRepository(session).create(Author(name="Bob"))
        assert await any_shop.names() == ["Ada", "Bob"]
    await any_shop.work()
    assert any_shop.journal == ["a", "b"]


async def test_job_38_the_second_one_gets_the_id_of_the_first(shop):
    async with shop.scope() as (_, session, jobs), transaction(session):
        first = await jobs.enqueue(Note("a"), unique="letter")
        assert await jobs.enqueue(Note("b"), unique="letter") == first


async def test_job_38_a_holder_that_ends_meanwhile_is_replaced(shop):
    (first,) = await shop.enqueue(Note("a"), unique="letter")

    def end(cursor) -> None:
        cursor.execute("DELETE FROM ftf_jobs")

    with before_each(shop.engine, "SELECT ftf_jobs.id", end):
        (second,) = await shop.enqueue(Note("b"), unique="letter")
    assert second != first
    await shop.work()
    assert shop.journal == ["b"]


@pytest.mark.parametrize("commit", [True, False])
async def test_job_39_a_unique_text_in_two_transactions_waits_for_the_first(shop, commit):
    async with shop.scope() as (first_scope, session, jobs), shop.scope() as (_, _, more_jobs):
        first_scope.units.add(session)
        first = await jobs.enqueue(Note("a"), unique="letter")
        second = asyncio.create_task(more_jobs.enqueue(Note("b"), unique="letter"))
        if shop.engine.dialect.name == "postgresql":
            while not await shop.rows(WAITING):
                assert not second.done()
        await first_scope.units.settle(commit=commit)
        assert (await second == first) is commit
    await shop.work()
    assert shop.journal == (["a"] if commit else ["b"])


async def test_job_42_a_time_that_is_past_is_now_and_a_delay_is_kept(shop):
    await shop.enqueue(Note("later"), delay=timedelta(hours=1))
    await shop.enqueue(Note("now"))
    await shop.enqueue(Note("past"), at=datetime(2000, 1, 1, tzinfo=UTC))
    await shop.work(concurrency=1)
    assert shop.journal == ["past", "now"]
    await shop.end_leases()
    await shop.work()
    assert shop.journal == ["past", "now", "later"]


async def test_job_23_a_job_goes_into_the_transaction_that_was_opened_last(shop):
    async with shop.scope() as (scope, session, jobs):
        factory = await scope.aresolve(async_sessionmaker[AsyncSession])
        async with factory() as other, transaction(session) as first:
            if shop.engine.dialect.name == "postgresql":  # SQLite has one writer
                async with transaction(other):
                    await jobs.enqueue(Note("other"))
                assert await shop.rows() == [("Note", "default")]
            await jobs.enqueue(Note("first"), after=first)
            assert ("Note", "default") not in (await shop.rows())[1:]
    await shop.work(concurrency=1)
    assert shop.journal[-1] == "first"


async def test_job_23_after_chooses_a_transaction_that_belongs_to_no_scope(shop):
    factory = session_factory(shop.engine)
    async with factory() as outside, shop.scope() as (_, _, jobs):
        async with transaction(outside) as tx:
            await jobs.enqueue(Note("a"), after=tx)
            assert await shop.rows() == []
        assert await shop.rows() == [("Note", "default")]
        with pytest.raises(TransactionMisuse, match="The transaction has ended"):
            await jobs.enqueue(Note("b"), after=tx)
    assert await shop.rows() == [("Note", "default")]


async def test_job_23_a_transaction_of_something_else_is_refused(shop):
    class Foreign:
        def after_commit(self, callback) -> None: ...

    async with shop.scope() as (_, _, jobs):
        with pytest.raises(TransactionMisuse, match="Foreign is not a transaction of ftf"):
            await jobs.enqueue(Note("a"), after=Foreign())
    assert await shop.rows() == []


async def test_a_job_waits_for_units_of_work_that_are_not_the_session(shop):
    class Unit:
        async def commit(self) -> None:
            assert await shop.rows() == []

        async def rollback(self) -> None: ...

    async with shop.scope() as (scope, session, jobs):
        scope.units.add(Unit())
        await jobs.enqueue(Note("a"))
        assert await shop.rows() == []
        await scope.units.settle(commit=True)
        assert session not in scope.units
    assert await shop.rows() == [("Note", "default")]


async def test_without_a_transaction_a_job_is_committed_on_return(shop):
    async with shop.scope() as (_, _, jobs):
        await jobs.enqueue(Note("a"))
        assert await shop.rows() == [("Note", "default")]


async def test_job_43_many_jobs_are_few_statements(shop, statements):
    notes = [Note(str(number)) for number in range(3000)]
    async with shop.scope() as (_, session, jobs), transaction(session):
        statements.clear()
        ids = await jobs.enqueue_many(notes, queue="many")
        assert len(statements) <= 3
    assert len(set(ids)) == 3000
    found = await shop.rows("SELECT id FROM ftf_jobs WHERE queue = 'many' ORDER BY number")
    assert [id_ for (id_,) in found] == ids


async def test_job_43_many_jobs_are_stored_as_one_is(shop):
    """What is text for JSON twice over, and a time in another zone than that of the database."""
    note, lisbon = Note('é \0 " \\'), timezone(timedelta(hours=1))
    at = datetime(2026, 7, 1, 12, 30, 15, tzinfo=lisbon)  # without microseconds
    begun = datetime.now(UTC)
    async with shop.scope() as (_, _, jobs):
        await jobs.enqueue(note, at=at, queue="é")
        await jobs.enqueue_many([note, note], at=at, queue="é")
    one, *many = await shop.rows(STORED)
    assert many == [one, one]
    claimed = await shop.backend.claim([], 3)
    assert [each.payload for each in claimed] == [{"text": note.text}] * 3
    assert all(begun <= each.enqueued_at <= datetime.now(UTC) for each in claimed)


async def test_an_enqueue_in_a_transaction_is_one_statement(shop, statements):
    async with shop.scope() as (_, session, jobs), transaction(session):
        await jobs.enqueue(Note("a"))
        statements.clear()
        await jobs.enqueue(Note("b"))
        await jobs.enqueue(Note("c"), unique="letter")
        assert len(statements) == 2


async def test_no_jobs_are_no_statement(shop):
    async with shop.scope() as (_, _, jobs):
        assert await jobs.enqueue_many([]) == []
    assert await shop.rows() == []
