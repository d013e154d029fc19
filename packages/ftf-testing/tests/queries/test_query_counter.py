import sys
from asyncio import Event, TaskGroup, gather, to_thread
from collections.abc import AsyncIterator
from threading import Thread

import pytest
from library import Author
from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
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


async def test_records_of_a_flush_are_as_many_queries_as_the_database_makes_of_them(async_engine):
    async with AsyncSession(async_engine) as session, QueryCounter(async_engine) as counter:
        session.add_all(Author(name=f"author {number}") for number in range(4))
        await session.flush()
    assert sum(query.rows for query in counter.executed) == 4
    assert counter == (1 if async_engine.dialect.name == "postgresql" else 4)


async def test_batches_of_an_insert_continue_the_first(async_engine):
    rows = [{"name": f"author {number}"} for number in range(2_500)]
    async with AsyncSession(async_engine) as session, QueryCounter(async_engine) as counter:
        await session.scalars(insert(Author).returning(Author.id), rows)
    first, *others = counter.executed
    assert not first.continues
    assert others
    assert all(query.continues and not query.parameters for query in others)
    assert sum(query.rows for query in counter.executed) == 2_500


async def test_a_query_that_fails_counts(engine, connection):
    async with QueryCounter(engine) as counter:
        with pytest.raises(OperationalError, match="no such table"):
            await connection.execute(text("SELECT word FROM nowhere"))
    assert [query.seconds for query in counter.executed] == [None]


async def test_a_query_knows_its_lines_duration_and_parameters(engine, connection):
    async def ask() -> None:
        await connection.execute(text("SELECT :answer"), {"answer": 42})

    async with QueryCounter(engine) as counter:
        await ask()
    (query,) = counter.executed
    assert [line.function for line in query.origin.lines] == [
        "test_a_query_knows_its_lines_duration_and_parameters.<locals>.ask",
        "test_a_query_knows_its_lines_duration_and_parameters",
    ]
    assert {line.file for line in query.origin.lines} == {__file__}
    assert query.seconds is not None
    assert query.seconds > 0
    assert query.parameters == [{"answer": 42}]


async def test_parameters_that_the_engine_hides_are_not_kept():
    engine = create_engine("sqlite://", hide_parameters=True)
    with QueryCounter(engine) as counter, engine.connect() as connection:
        connection.execute(text("SELECT :secret"), {"secret": 42})
    engine.dispose()
    assert [(query.parameters, query.rows) for query in counter.executed] == [((), 1)]


def test_statements_of_the_driver_are_counted_too(sync_engine):
    with QueryCounter(sync_engine) as counter, sync_engine.connect() as connection:
        connection.exec_driver_sql("SELECT ?", (1,))
    assert [query.parameters for query in counter.executed] == [[(1,)]]


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
        pytest.raises(RuntimeError, match="make another one for a block"),
    ):
        counter.__enter__()


def test_what_is_no_engine_is_refused(sync_engine):
    with (
        sync_engine.connect() as connection,
        pytest.raises(TypeError, match="needs an Engine or an AsyncEngine, not Connection"),
    ):
        QueryCounter(connection)


def test_a_stack_without_greenlets_is_walked_to_its_end(sync_engine, monkeypatch):
    monkeypatch.delitem(sys.modules, "greenlet")
    monkeypatch.setattr("ftf.testing._origin._BOTTOMS", ("/nowhere",))
    monkeypatch.setattr("ftf.testing._origin._kinds", {})
    with QueryCounter(sync_engine) as counter, sync_engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    (query,) = counter.executed
    name = "test_a_stack_without_greenlets_is_walked_to_its_end"
    assert query.origin.lines[0].function == name
