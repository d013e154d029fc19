"""When an enqueued job exists, on each database."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from bookshop import Author, AuthorRepository
from job_shop import Note
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ftf.orm import (
    CommitOutcomeUnknown,
    InvalidValue,
    TransactionMisuse,
    create_engine,
    session_factory,
    transaction,
)
from ftf.orm.jobs import DatabaseJobs, JobTablesMissing, OutboxJobs


@contextmanager
def before_each(engine, beginning: str, call) -> Iterator[None]:
    """Call a function with the cursor before each statement that begins so."""

    def listen(_connection, cursor, statement, *_) -> None:
        if statement.startswith(beginning):
            call(cursor)

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    yield
    event.remove(engine.sync_engine, "before_cursor_execute", listen)


WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


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


@pytest.fixture
async def without_table(engine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE ftf_jobs"))


async def test_job_34_without_the_tables_the_data_is_rolled_back_with_the_enqueue(
    shop, without_table
):
    async with shop.scope() as (_, session, jobs):
        with pytest.raises(JobTablesMissing, match=r"call `add_job_tables\(Base.metadata\)`"):
            async with transaction(session):
                await AuthorRepository(session).create(Author(name="Ada"))
                await jobs.enqueue(Note("a"))
        await AuthorRepository(session).create(Author(name="Bob"))
    assert await shop.names() == ["Bob"]


async def test_job_34_an_enqueue_that_failed_cannot_be_ignored(shop, without_table):
    async with shop.scope() as (_, session, jobs):
        with pytest.raises(TransactionMisuse, match="was rolled back"):
            async with transaction(session):
                await AuthorRepository(session).create(Author(name="Ada"))
                with pytest.raises(JobTablesMissing):
                    await jobs.enqueue(Note("a"))
    assert await shop.names() == []


async def test_job_34_a_savepoint_keeps_a_failing_enqueue_from_the_rest(shop, without_table):
    async with shop.scope() as (_, session, jobs), transaction(session):
        await AuthorRepository(session).create(Author(name="Ada"))
        with pytest.raises(JobTablesMissing):
            async with transaction(session):
                await AuthorRepository(session).create(Author(name="Bob"))
                await jobs.enqueue(Note("a"))
        await AuthorRepository(session).create(Author(name="Eve"))
    assert await shop.names() == ["Ada", "Eve"]


async def test_job_34_a_unit_of_work_keeps_what_was_written_before(shop, without_table):
    async with shop.scope() as (scope, session, jobs):
        scope.units.add(session)
        session.add(Author(name="Ada"))
        await session.flush()
        with pytest.raises(JobTablesMissing):
            await jobs.enqueue(Note("a"))
        await scope.units.settle(commit=True)
    assert await shop.names() == ["Ada"]


async def test_job_34_an_older_table_is_named_too(shop):
    async with shop.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE ftf_jobs DROP COLUMN crashes"))
    with pytest.raises(JobTablesMissing):
        await shop.enqueue(Note("a"))
    with pytest.raises(JobTablesMissing):
        await shop.enqueue(Note("a"), unique="letter")


async def test_any_other_error_of_the_database_is_raised_as_it_is(shop):
    def refuse(_: object) -> None:
        raise OperationalError("INSERT", None, ValueError("no"))

    with (
        before_each(shop.engine, "INSERT", refuse),
        pytest.raises(OperationalError, match="no"),
    ):
        await shop.enqueue(Note("a"))
    assert await shop.rows() == []


async def test_what_the_database_refuses_has_its_type(shop):
    if shop.engine.dialect.name == "postgresql":
        with pytest.raises(InvalidValue):
            await shop.enqueue(Note("a"), queue="\0")
        with pytest.raises(InvalidValue):
            async with shop.scope() as (_, session, jobs), transaction(session):
                await jobs.enqueue(Note("a"), queue="\0")
    assert await shop.rows() == []


async def test_job_36_only_jobs_in_a_database_promise_to_be_kept(any_shop):
    has = any_shop.backend.capabilities
    assert (
        has.durable is has.transactional is isinstance(any_shop.backend, DatabaseJobs | OutboxJobs)
    )
    assert (has.delay, has.unique, has.schedules, has.chains) == (True, True, True, True)


@pytest.mark.parametrize("stored", [True, False])
async def test_job_37_job_and_data_are_both_there_or_both_not_if_the_outcome_is_unknown(
    shop, monkeypatch, stored
):
    async with shop.scope() as (_, session, jobs):
        commit = session.commit

        async def lose_the_answer() -> None:
            await (commit() if stored else session.rollback())
            raise ConnectionResetError

        monkeypatch.setattr(session, "commit", lose_the_answer)
        with pytest.raises(CommitOutcomeUnknown, match="check whether it was stored"):
            async with transaction(session):
                await AuthorRepository(session).create(Author(name="Ada"))
                await jobs.enqueue(Note("a"))
    await shop.work()
    assert (shop.journal, await shop.names()) == (["a"] * stored, ["Ada"] * stored)


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


def test_databases_that_cannot_keep_jobs_are_refused():
    class Dialect:
        name = "mysql"

    class Engine:
        dialect = Dialect()

    with pytest.raises(ValueError, match="works on PostgreSQL and SQLite, not on mysql"):
        DatabaseJobs(Engine())


@pytest.mark.parametrize("name", ["lease_seconds", "poll_seconds"])
def test_a_duration_is_over_zero(name):
    with pytest.raises(ValueError, match=f"{name}=0: pass a number of seconds over 0"):
        DatabaseJobs(create_engine("sqlite://"), **{name: 0})
