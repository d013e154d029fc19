"""A database in memory: each session has a connection of its own, as to a file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from bookshop import Author, AuthorRepository, Model
from sqlalchemy import StaticPool, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.orm import DatabaseBusy, DuplicateRecord, TransactionMisuse, create_engine, transaction

LOST = r"rolled back inside transaction\(\).*one session at a time"


@pytest.fixture(params=[{}, {"poolclass": StaticPool}], ids=["own", "one"])
async def memory(request) -> AsyncIterator[AsyncEngine]:
    """With a connection for each session, or with one for all."""
    engine = create_engine("sqlite://", **request.param)
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.create_all)
    yield engine
    await engine.dispose()


async def count(engine: AsyncEngine) -> int:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        return await AuthorRepository(session).count()


async def tables(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: inspect(sync).get_table_names())


@pytest.mark.parametrize("memory", [{"poolclass": StaticPool}], indirect=True)
@pytest.mark.parametrize("writes_after", [0, 1])
async def test_a_transaction_that_another_session_has_ended_is_not_reported_as_stored(
    memory, writes_after
):
    done: list[str] = []
    async with AsyncSession(memory, expire_on_commit=False) as session:
        authors = AuthorRepository(session)
        with pytest.raises(TransactionMisuse, match=LOST):
            async with transaction(session) as tx:
                tx.after_commit(lambda: done.append("committed"))
                await authors.create(Author(name="Ada"))
                assert await count(memory) == 1
                for number in range(writes_after):
                    await authors.create(Author(name=f"Bo {number}"))
        assert (done, await count(memory)) == ([], 0)
        await authors.create(Author(name="Cy"))
    assert await count(memory) == 1


async def test_sessions_one_after_the_other_share_it(memory):
    for expected in (1, 2):
        async with AsyncSession(memory, expire_on_commit=False) as session:
            session.add(Author(name="Ada"))
            await session.flush()  # begins before the block does
            async with transaction(session):
                await AuthorRepository(session).create(Author(name="Bo"))
        assert await count(memory) == expected * 2


@pytest.mark.parametrize("memory", [{}], indirect=True)
async def test_transactions_at_the_same_time_are_stored_one_after_the_other(memory):
    async def write(number: int) -> bool:
        async with AsyncSession(memory, expire_on_commit=False) as session:
            authors = AuthorRepository(session)
            await authors.count()
            with suppress(DuplicateRecord):
                async with transaction(session):
                    await authors.create(Author(name=f"{number}"))
                    await asyncio.sleep(0)
                    await authors.create(Author(name="second", email=f"{number % 5}@x"))
                return True
        return False

    stored = await asyncio.gather(*(write(number) for number in range(20)))
    assert (sum(stored), await count(memory)) == (5, 10)


@pytest.mark.parametrize("memory", [{}], indirect=True)
async def test_a_session_that_ends_leaves_the_transaction_of_another_open(memory):
    async with AsyncSession(memory, expire_on_commit=False) as session:
        authors = AuthorRepository(session)
        await authors.count()
        assert await count(memory) == 0
        async with transaction(session), AsyncSession(memory):
            await authors.create(Author(name="Ada"))
    assert await count(memory) == 1


@pytest.mark.parametrize("memory", [{"connect_args": {"timeout": 0.01}}], indirect=True)
async def test_a_reader_waits_for_a_transaction_that_has_written_and_may_give_up(memory):
    async with AsyncSession(memory, expire_on_commit=False) as session, transaction(session):
        await AuthorRepository(session).create(Author(name="Ada"))
        with pytest.raises(DatabaseBusy, match="locked by another transaction"):
            await count(memory)
    assert await count(memory) == 1


async def test_each_engine_has_a_database_of_its_own_which_ends_with_it(memory):
    other = create_engine("sqlite:///:memory:")
    try:
        assert await tables(other) == []
    finally:
        await other.dispose()
    assert await tables(memory)
    await memory.dispose()
    assert await tables(memory) == []


async def test_an_old_sqlite_has_one_connection_for_all_sessions(monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 35, 5))
    assert isinstance(create_engine("sqlite://").pool, StaticPool)
