from asyncio import Event, TaskGroup, gather, to_thread
from collections.abc import AsyncIterator
from threading import Thread

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

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


async def test_without_an_engine_every_one_is_counted(engine, connection):
    other = create_engine("sqlite://")
    async with count_queries() as counter:
        await connection.execute(text("SELECT 1"))
        with other.connect() as plain:
            plain.execute(text("SELECT 2"))
    other.dispose()
    assert counter.queries == ["SELECT 1", "SELECT 2"]


async def test_an_engine_with_options_is_the_same_engine(engine):
    with_options = engine.execution_options(compiled_cache=None)
    async with QueryCounter(engine) as counter, with_options.connect() as connection:
        await connection.execute(text("SELECT 1"))
    assert counter.count == 1


async def test_savepoints_and_the_like_are_counted_on_demand(engine, connection):
    async with QueryCounter(engine, count_all=True) as counter, connection.begin_nested():
        await connection.execute(text("-- why\n PRAGMA user_version"))
    savepoint, pragma, release = counter.queries
    assert savepoint.startswith("SAVEPOINT")
    assert pragma == "-- why PRAGMA user_version"
    assert release.startswith("RELEASE SAVEPOINT")


async def test_what_begins_with_a_comment_is_known_as_well(engine, connection):
    async with QueryCounter(engine) as counter:
        await connection.execute(text("/* trace */ -- id\n PRAGMA user_version"))
        await connection.execute(text("/* trace */ SELECT 1"))
    assert counter == 1


async def test_edge_53_branches_of_gather_do_not_mix(async_engine):
    async def branch(queries: int) -> int:
        async with QueryCounter(async_engine) as counter, async_engine.connect() as connection:
            for _ in range(queries):
                await connection.execute(text("SELECT 1"))
        return counter.count

    async with QueryCounter(async_engine) as outer:
        assert await gather(branch(3), branch(1), branch(2)) == [3, 1, 2]
    assert outer == 6


async def test_edge_53_a_task_that_outlives_the_block_is_not_counted_after_it(engine, connection):
    ran, left = Event(), Event()

    async def go_on() -> None:
        await connection.execute(text("SELECT 1"))
        ran.set()
        await left.wait()
        await connection.execute(text("SELECT 2"))

    async with TaskGroup() as tasks:
        async with QueryCounter(engine) as counter:
            tasks.create_task(go_on())
            await ran.wait()
        left.set()
    assert counter.queries == ["SELECT 1"]


def in_a_thread(engine: Engine) -> None:
    def run() -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    thread = Thread(target=run)
    thread.start()
    thread.join()


def test_other_threads_are_counted_engine_wide_only(sync_engine):
    other = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    with QueryCounter(sync_engine) as here, QueryCounter(sync_engine, engine_wide=True) as wide:
        in_a_thread(sync_engine)
        in_a_thread(other)
    in_a_thread(sync_engine)
    other.dispose()
    assert (here.count, wide.count) == (0, 1)


async def test_a_thread_that_inherits_the_context_is_counted(sync_engine):
    def run() -> None:
        with sync_engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    async with QueryCounter(sync_engine) as counter:
        await to_thread(run)
    assert counter.count == 1


async def test_what_sqlalchemy_asks_a_new_database_is_not_counted(postgres_url):
    engine = create_async_engine(postgres_url)
    async with QueryCounter(engine) as counter, engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    await engine.dispose()
    assert counter.queries == ["SELECT 1"]


def test_a_counter_is_compared_with_a_number(sync_engine):
    with QueryCounter(sync_engine) as counter, sync_engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert counter == 1
    assert counter != 2
    assert 0 < counter < 2
    assert 1 <= counter <= 1
    assert counter != QueryCounter(sync_engine)
    assert repr(counter) == "<QueryCounter: 1 query>"


def test_a_counter_counts_in_one_block_at_a_time(sync_engine):
    with (
        QueryCounter(sync_engine) as counter,
        pytest.raises(RuntimeError, match="make another one for the inner block"),
    ):
        counter.__enter__()


def test_what_is_no_engine_is_refused(sync_engine):
    with (
        sync_engine.connect() as connection,
        pytest.raises(TypeError, match="needs an Engine or an AsyncEngine, not Connection"),
    ):
        QueryCounter(connection)
