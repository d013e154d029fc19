"""Transactions that the database has given up: their commit is never reported as done."""

import asyncpg
import pytest
from bookshop import Author, AuthorRepository
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from ftf.orm import DatabaseBusy, TransactionMisuse, run_transaction, transaction

only_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
NONSENSE = "no_such_function(1) = 1"
GIVEN_UP = r"failed before in this transaction.*`transaction` block of their own"


async def names(engine) -> list[str]:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        return list(await session.scalars(text("SELECT name FROM authors ORDER BY id")))


@pytest.fixture
async def locked(engine, authors):
    """A record that another transaction has locked."""
    ada = await authors.create(Author(name="Ada"))
    async with AsyncSession(engine, expire_on_commit=False) as other, transaction(other):
        yield await AuthorRepository(other).query().where_key(ada.id).lock_for_update().sole()


@only_postgres
@pytest.mark.parametrize("run", ["transaction", "run_transaction"])
async def test_a_lock_that_is_not_waited_for_costs_only_itself(
    session, authors, engine, locked, run
):
    done: list[str] = []

    async def work(tx) -> None:
        tx.after_commit(lambda: done.append("committed"))
        await authors.create(Author(name="Bo"))
        with pytest.raises(DatabaseBusy, match="locked by another transaction"):
            await authors.query().where_key(locked.id).lock_for_update(nowait=True).first()
        await authors.create(Author(name="Cy"))

    if run == "transaction":
        async with transaction(session) as tx:
            await work(tx)
    else:
        await run_transaction(session, work)
    assert done == ["committed"]
    assert await names(engine) == ["Ada", "Bo", "Cy"]


async def test_only_a_lock_that_is_not_waited_for_needs_a_savepoint(session, authors, statements):
    query = authors.query()
    async with transaction(session):
        for locked in (query.lock_for_update(), query.lock_for_update(skip_locked=True)):
            await locked.get()
        assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT"]
        await query.lock_for_update(nowait=True).get()
    assert [statement.split()[0] for statement in statements[2:]] == [
        "SAVEPOINT",
        "SELECT",
        "RELEASE",
    ]


@only_postgres
@pytest.mark.parametrize("run", ["transaction", "run_transaction"])
@pytest.mark.parametrize("read", ["query", "execute"])
async def test_a_commit_after_a_failed_read_is_refused_where_it_would_store_nothing(
    session, authors, engine, read, run
):
    done: list[str] = []
    reads = {
        "query": lambda: authors.query().where(text(NONSENSE)).get(),
        "execute": lambda: session.execute(text(f"SELECT {NONSENSE}")),
    }

    async def work(tx) -> None:
        tx.after_commit(lambda: done.append("committed"))
        tx.after_rollback(lambda: done.append("rolled back"))
        await authors.create(Author(name="Ada"))
        with pytest.raises(DBAPIError, match="no_such_function"):
            await reads[read]()

    with pytest.raises(TransactionMisuse, match=GIVEN_UP):
        if run == "transaction":
            async with transaction(session) as tx:
                await work(tx)
        else:
            await run_transaction(session, work)
    assert done == ["rolled back"]
    await authors.create(Author(name="Bo"))
    assert await names(engine) == ["Bo"]


@only_postgres
async def test_whatever_follows_a_failed_read_says_why_it_is_refused(session, authors, engine):
    with pytest.raises(TransactionMisuse, match=GIVEN_UP):
        async with transaction(session):
            with pytest.raises(DBAPIError, match="no_such_function"):
                await authors.query().where(text(NONSENSE)).get()
            with pytest.raises(TransactionMisuse, match=GIVEN_UP):
                await authors.create(Author(name="Ada"))
            await authors.count()
    assert await names(engine) == []


@pytest.mark.parametrize("block", [transaction, AsyncSession.begin_nested])
async def test_a_failed_read_in_a_block_of_its_own_costs_only_itself(
    session, authors, engine, block
):
    async with transaction(session):
        await authors.create(Author(name="Ada"))
        with pytest.raises(DBAPIError, match="no_such_function"):
            async with block(session):
                await session.execute(text(f"SELECT {NONSENSE}"))
    assert await names(engine) == ["Ada"]


async def test_a_commit_asks_nothing_unless_something_failed(session, authors, statements):
    async with transaction(session):
        await authors.count()
    assert [statement.split()[0] for statement in statements] == ["SELECT"]


@only_postgres
@pytest.mark.parametrize("fails", ["sqlalchemy", "driver"])
@pytest.mark.parametrize("commit", ["session.begin", "bare write", "session.commit", "transaction"])
async def test_no_door_reports_a_commit_that_was_a_rollback(
    session, authors, engine, fails, commit
):
    async def fail() -> None:
        with pytest.raises(Exception, match="does not exist"):
            if fails == "sqlalchemy":
                await session.execute(text(f"SELECT {NONSENSE}"))
            else:
                raw = await (await session.connection()).get_raw_connection()
                await raw.driver_connection.copy_records_to_table("nowhere", records=[(1,)])

    async def work() -> None:
        session.add(ada)
        await session.flush()
        await fail()

    ada = Author(name="Ada")
    plain = commit in {"session.begin", "session.commit"}
    expected, match = (DBAPIError, "a statement failed") if plain else (TransactionMisuse, GIVEN_UP)
    with pytest.raises(expected, match=match):
        match commit:
            case "session.begin":
                async with session.begin():
                    await work()
            case "transaction":
                async with transaction(session):
                    await work()
            case "session.commit":
                await work()
                await session.commit()
            case _:
                await work()
                await authors.create(ada)
    await session.rollback()
    await authors.create(Author(name="Bo"))
    assert await names(engine) == ["Bo"]


@only_postgres
async def test_an_engine_that_sqlalchemy_made_reports_it_too(engine, authors):
    class Mine(asyncpg.Connection):
        pass

    plain = create_async_engine(engine.url, connect_args={"connection_class": Mine})
    async with AsyncSession(plain) as session:
        with pytest.raises(DBAPIError, match="a statement failed"):
            async with session.begin():
                with pytest.raises(DBAPIError, match="no_such_function"):
                    await session.execute(text(f"SELECT {NONSENSE}"))
        raw = await (await session.connection()).get_raw_connection()
        assert isinstance(raw.driver_connection, Mine)
    await plain.dispose()
