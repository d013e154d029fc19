"""Transactions that lose against others, and are tried again."""

import asyncio

import pytest
from bookshop import Author, AuthorRepository
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import (
    CommitOutcomeUnknown,
    DatabaseBusy,
    Deadlock,
    DuplicateRecord,
    SerializationFailure,
    create_engine,
    run_transaction,
    transaction,
)

only_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """The pauses before further attempts, as long as they could get; none is waited for."""
    seen: list[float] = []
    monkeypatch.setattr(
        "ftf.orm.transactions._retry.uniform", lambda _, longest: seen.append(longest) or 0
    )
    return seen


@pytest.fixture
async def two(authors) -> list[Author]:
    return [await authors.create(Author(name=name)) for name in ("Ada", "Bo")]


async def test_the_result_of_the_work_is_delivered(session, authors):
    async def work(tx) -> int:
        await authors.create(Author(name="Ada"))
        return await authors.count()

    assert await run_transaction(session, work) == 1


async def test_edge_38_the_whole_work_is_done_again(session, authors, pauses):
    attempts: list[int] = []
    committed: list[int] = []

    async def work(tx) -> str:
        attempts.append(await authors.count())
        tx.after_commit(lambda: committed.append(len(attempts)))
        await authors.create(Author(name="Ada"))
        if len(attempts) < 3:
            raise Deadlock
        return "done"

    assert await run_transaction(session, work) == "done"
    assert attempts == [0, 0, 0]
    assert committed == [3]
    assert pauses == [0.1, 0.2]
    assert await authors.count() == 1


async def test_edge_38_every_attempt_reads_what_others_have_changed(
    session, authors, engine, pauses, two
):
    key, seen = two[0].id, []

    async def work(tx) -> None:
        seen.append((await authors.find_or_fail(key)).name)
        if len(seen) == 1:
            raise Deadlock

    assert authors.session.in_transaction() is False
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE authors SET name = 'Eve' WHERE name = 'Ada'"))
    await run_transaction(session, work)
    assert seen == ["Eve", "Eve"]


async def test_edge_38_the_last_failure_is_raised(session, pauses):
    attempts: list[int] = []

    async def work(tx) -> None:
        attempts.append(1)
        raise SerializationFailure

    with pytest.raises(SerializationFailure, match="changed meanwhile: try again"):
        await run_transaction(session, work, attempts=2)
    assert (len(attempts), len(pauses)) == (2, 1)


@pytest.mark.parametrize("error", [DuplicateRecord(("name",)), CommitOutcomeUnknown(), KeyError()])
async def test_edge_38_what_would_fail_again_is_not_tried_again(session, pauses, error):
    async def work(tx) -> None:
        raise error

    with pytest.raises(type(error)):  # each has its own text
        await run_transaction(session, work)
    assert pauses == []


async def test_edge_38_an_error_that_is_no_conflict_is_raised_as_it_is(session, pauses):
    async def work(tx) -> None:
        await session.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(DBAPIError, match="no_such_table"):
        await run_transaction(session, work)
    assert pauses == []


async def test_edge_38_within_a_transaction_there_is_one_attempt(session, pauses):
    attempts: list[int] = []

    async def work(tx) -> None:
        attempts.append(1)
        raise Deadlock

    with pytest.raises(Deadlock, match="in a deadlock"):
        async with transaction(session):
            await run_transaction(session, work)
    assert len(attempts) == 1


async def test_less_than_one_attempt_is_refused(session):
    with pytest.raises(ValueError, match="attempts must be at least 1, not 0"):
        await run_transaction(session, None, attempts=0)


async def test_pauses_have_a_limit(session, pauses):
    async def work(tx) -> None:
        raise Deadlock

    with pytest.raises(Deadlock, match="deadlock"):
        await run_transaction(session, work, attempts=9)
    assert pauses[-1] == 2.0


@pytest.mark.slow
@only_postgres
async def test_edge_38_a_real_deadlock_is_survived(engine, two, pauses):
    meet = asyncio.Barrier(2)
    attempts: list[str] = []

    async def swap(first: int, second: int) -> None:
        async def work(tx) -> None:
            attempts.append("")
            update = text("UPDATE authors SET born = coalesce(born, 0) + 1 WHERE id = :id")
            await tx.session.execute(update, {"id": first})
            if len(attempts) <= 2:
                await meet.wait()
            await tx.session.execute(update, {"id": second})

        async with AsyncSession(engine, expire_on_commit=False) as session:
            await run_transaction(session, work)

    await asyncio.gather(swap(two[0].id, two[1].id), swap(two[1].id, two[0].id))
    assert len(attempts) > 2
    async with AsyncSession(engine, expire_on_commit=False) as session:
        assert await AuthorRepository(session).query().pluck(Author.born) == [2, 2]


@only_postgres
async def test_edge_38_a_real_serialization_failure_is_survived(database_url, two, pauses):
    engine = create_engine(database_url, isolation_level="SERIALIZABLE")
    meet = asyncio.Barrier(2)
    attempts: list[str] = []

    async def count_up() -> None:
        async def work(tx) -> None:
            attempts.append("")
            author = await AuthorRepository(tx.session).find_or_fail(two[0].id)
            if len(attempts) <= 2:
                await meet.wait()
            author.born = (author.born or 0) + 1

        async with AsyncSession(engine, expire_on_commit=False) as session:
            await run_transaction(session, work)

    await asyncio.gather(count_up(), count_up())
    async with AsyncSession(engine, expire_on_commit=False) as session:
        author = await AuthorRepository(session).find_or_fail(two[0].id)
    assert (len(attempts), author.born) == (3, 2)
    await engine.dispose()


@only_sqlite
async def test_edge_38_a_busy_sqlite_is_tried_again(database_url, engine, authors, pauses):
    impatient = create_engine(database_url, connect_args={"timeout": 0.01})

    async def work(tx) -> None:
        await AuthorRepository(tx.session).create(Author(name="Bo"))

    async with AsyncSession(impatient, expire_on_commit=False) as session:
        async with transaction(authors.session):
            with pytest.raises(DatabaseBusy, match="locked by another"):
                await run_transaction(session, work, attempts=2)
        assert len(pauses) == 1
        await run_transaction(session, work)
    assert await authors.count() == 1
    await impatient.dispose()


@only_sqlite
async def test_two_transactions_that_read_before_they_write_wait_for_each_other(engine, two):
    async def count_up() -> None:
        async with AsyncSession(engine, expire_on_commit=False) as session, transaction(session):
            author = await AuthorRepository(session).find_or_fail(two[0].id)
            author.born = (author.born or 0) + 1

    await asyncio.gather(*(count_up() for _ in range(10)))
    async with AsyncSession(engine, expire_on_commit=False) as session:
        assert (await AuthorRepository(session).find_or_fail(two[0].id)).born == 10


@only_postgres
async def test_edge_38_a_commit_that_nobody_answered_is_not_tried_again(engine, session, pauses):
    attempts: list[int] = []

    async def work(tx) -> None:
        attempts.append(1)
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
        async with engine.connect() as other:
            # It waits until the other one has ended, for five seconds at most.
            kill = text("SELECT pg_terminate_backend(:pid, 5000)")
            assert await other.scalar(kill, {"pid": pid})

    with pytest.raises(CommitOutcomeUnknown, match="check whether it was stored"):
        await run_transaction(session, work)
    assert attempts == [1]
    assert await session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("error", [OSError(), OperationalError(None, None, Exception())])
async def test_a_write_alone_may_have_an_unknown_outcome_too(authors, engine, error):
    def breaks(_) -> None:
        raise error

    event.listen(engine.sync_engine, "commit", breaks, once=True)
    with pytest.raises(CommitOutcomeUnknown, match="check whether it was stored"):
        await authors.create(Author(name="Ada"))


async def test_a_commit_that_the_database_refuses_is_known_to_have_failed(session, monkeypatch):
    async def refuse() -> None:
        cause = Exception()
        cause.sqlstate = "23505"
        raise OperationalError(None, None, cause)

    monkeypatch.setattr(session, "commit", refuse)
    with pytest.raises(DuplicateRecord, match="the same"):
        async with transaction(session):
            pass
