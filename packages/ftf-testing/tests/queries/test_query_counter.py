from collections.abc import AsyncIterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ftf.testing import QueryCounter, count_queries


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine("sqlite+aiosqlite://")
    yield engine
    await engine.dispose()


@pytest.fixture
async def connection(engine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE words (word TEXT)"))
        yield connection


async def test_queries_are_counted_and_kept_on_one_line(engine, connection):
    async with QueryCounter(engine) as counter:
        await connection.execute(text("SELECT word\n  FROM words"))
        await connection.execute(text("SELECT 2"))
    assert counter.count == 2
    assert counter.queries == ["SELECT word FROM words", "SELECT 2"]


async def test_only_the_block_is_counted(engine, connection):
    async with QueryCounter(engine) as counter:
        pass
    await connection.execute(text("SELECT 1"))
    assert counter.count == 0


async def test_counting_starts_again(engine, connection):
    with QueryCounter(engine) as counter:
        await connection.execute(text("SELECT 1"))
        before = counter.get_queries()
        counter.reset()
        await connection.execute(text("SELECT 2"))
    assert (before, counter.queries) == (["SELECT 1"], ["SELECT 2"])


async def test_transactions_and_savepoints_are_not_counted(engine, connection):
    async with QueryCounter(engine) as counter:
        async with connection.begin_nested():
            await connection.execute(text("INSERT INTO words VALUES ('a')"))
        await connection.commit()
        async with connection.begin_nested() as savepoint:
            await savepoint.rollback()
    assert counter.queries == ["INSERT INTO words VALUES ('a')"]


async def test_many_parameter_sets_are_one_query(engine, connection):
    async with QueryCounter(engine) as counter:
        words = [{"word": word} for word in "abc"]
        await connection.execute(text("INSERT INTO words VALUES (:word)"), words)
    assert counter.count == 1


async def test_edge_53_counters_nest_and_engines_are_apart(engine, connection):
    other = create_async_engine("sqlite+aiosqlite://")
    async with QueryCounter(other) as apart, QueryCounter(engine) as outer:
        await connection.execute(text("SELECT 1"))
        async with QueryCounter(engine) as inner:
            await connection.execute(text("SELECT 2"))
    await other.dispose()
    assert (apart.count, outer.count, inner.count) == (0, 2, 1)


async def test_edge_53_an_error_in_the_block_stops_the_counting(engine, connection):
    counter = QueryCounter(engine)
    with pytest.raises(ZeroDivisionError):
        async with counter:
            _ = 1 / 0
    await connection.execute(text("SELECT 1"))
    assert counter.count == 0


def test_a_sync_engine_is_counted_as_well():
    engine = create_engine("sqlite://")
    with count_queries(engine) as counter, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()
    assert counter.queries == ["SELECT 1"]
