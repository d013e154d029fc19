"""What is stored when an enqueue or its commit fails, on each database."""

import pytest
from bookshop import Author, AuthorRepository
from job_shop import Note, before_each
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from ftf.orm import (
    CommitOutcomeUnknown,
    InvalidValue,
    TransactionMisuse,
    create_engine,
    transaction,
)
from ftf.orm.jobs import DatabaseJobs, JobTablesMissing


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
