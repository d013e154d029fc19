import re
from asyncio import gather
from functools import partial
from threading import Thread

import pytest
from library import Author, Book
from sqlalchemy import Engine, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from ftf.testing import (
    QueryCountError,
    assert_max_queries,
    assert_no_n_plus_one,
    assert_queries,
    assert_same_query_count,
)


@pytest.fixture
def connection(sync_engine):
    with sync_engine.connect() as connection:
        yield connection


def run(connection, queries: int) -> None:
    for number in range(queries):
        connection.execute(text(f"SELECT {number}"))


def test_the_exact_number_of_queries_passes(connection):
    with assert_queries(2) as counter:
        run(connection, 2)
    assert counter.queries == ["SELECT 0", "SELECT 1"]


@pytest.mark.parametrize("queries", [0, 1, 3])
def test_more_or_fewer_queries_fail(connection, queries):
    with pytest.raises(QueryCountError, match="expected exactly 2 queries, ") as failure:  # noqa: SIM117
        with assert_queries(2):
            run(connection, queries)
    assert len(failure.value.queries) == queries
    assert failure.value.expected == "exactly 2 queries"


def test_up_to_the_maximum_passes_and_one_more_fails(connection):
    with assert_max_queries(1):
        run(connection, 1)
    with pytest.raises(QueryCountError, match="expected at most 1 query, 2 ran"):  # noqa: SIM117
        with assert_max_queries(1):
            run(connection, 2)


@pytest.mark.parametrize(
    "block", [assert_queries(2), assert_max_queries(0), assert_no_n_plus_one()]
)
async def test_edge_53_an_error_in_the_block_goes_first(connection, block):
    with pytest.raises(ZeroDivisionError):
        async with block:
            run(connection, 3)
            _ = 1 / 0


async def test_only_the_given_engine_is_watched(async_engine, connection):
    async with (
        assert_queries(0, async_engine),
        assert_max_queries(0, async_engine),
        assert_no_n_plus_one(async_engine),
    ):
        run(connection, 3)


async def test_savepoints_are_asserted_on_demand(async_engine):
    async with (
        async_engine.connect() as connection,
        assert_max_queries(0),
        assert_queries(2, count_all=True),
        connection.begin_nested(),
    ):
        pass


def read_in_a_thread(engine: Engine, number: int) -> None:
    def ask() -> None:
        with Session(engine) as session:
            read(session, number)

    thread = Thread(target=ask)
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    "block",
    [partial(assert_queries, 0), partial(assert_max_queries, 0), assert_no_n_plus_one],
)
def test_other_threads_are_asserted_engine_wide_only(sync_engine, block):
    with block():
        read_in_a_thread(sync_engine, 2)
    with pytest.raises(AssertionError, match="3 ran"), block(engine_wide=True):
        read_in_a_thread(sync_engine, 2)


def test_calls_of_other_threads_are_compared_engine_wide_only(sync_engine):
    call = partial(read_in_a_thread, sync_engine)
    assert_same_query_count(call, 1, 2)
    with pytest.raises(QueryCountError, match="expected 2 queries, as with small, 3 ran"):
        assert_same_query_count(call, 1, 2, engine_wide=True)


def read(session: Session, number: int) -> list[str]:
    return [book.author.name for book in session.scalars(select(Book).limit(number))]


def test_a_call_that_costs_more_with_more_records_fails(sync_engine):
    def call(number: int) -> None:
        with Session(sync_engine) as session:
            read(session, number)

    grows = r"expected 2 queries, as with small, 4 ran(.|\n)*with selectinload\(Book\.author\)"
    with pytest.raises(QueryCountError, match=grows):
        assert_same_query_count(call, 1, 3)


def test_a_call_that_costs_the_same_passes(sync_engine):
    def call(number: int) -> None:
        with Session(sync_engine) as session:
            assert len(session.scalars(select(Book).limit(number)).all()) == number

    assert_same_query_count(call, small=1, large=3)


async def test_an_async_call_is_compared_as_well(async_engine):
    async def call(number: int) -> None:
        async with AsyncSession(async_engine) as session:
            for book in await session.scalars(select(Book).limit(number)):
                await book.awaitable_attrs.author

    with pytest.raises(QueryCountError, match="expected 2 queries, as with small, 4 ran"):
        await assert_same_query_count(call, 1, 3)
    await assert_same_query_count(call, 3, 3)


async def test_comparisons_in_other_tasks_do_not_mix(async_engine):
    async def call(number: int) -> None:
        async with AsyncSession(async_engine) as session:
            await session.scalars(select(Book).limit(number))

    async def twice(number: int) -> None:
        await call(number)
        await call(number)

    await gather(*(assert_same_query_count(each, 1, 3) for each in (call, twice, call)))


async def test_functions_store_the_records_uncounted(async_engine):
    async def stored(number: int) -> int:
        async with AsyncSession(async_engine) as session:
            session.add_all(Author(name="new") for _ in range(number))
            await session.commit()
        return number

    async def call(number: int) -> int:
        async with AsyncSession(async_engine) as session:
            return len((await session.scalars(select(Author).where(Author.name == "new"))).all())

    await assert_same_query_count(call, lambda: stored(1), lambda: stored(9))


def test_a_function_that_stores_records_can_be_sync(sync_engine):
    def call(session: Session) -> None:
        assert read(session, 1)

    with Session(sync_engine) as first, Session(sync_engine) as second:
        assert_same_query_count(call, lambda: first, lambda: second)


async def test_an_error_of_the_call_is_raised_and_ends_the_counting(async_engine):
    async def fail(_: int) -> None:
        _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        await assert_same_query_count(fail, 1, 2)
    with assert_queries(0):
        pass


def test_many_queries_are_not_all_listed(connection):
    with pytest.raises(QueryCountError, match=re.escape("... and 10 more\n")) as failure:  # noqa: SIM117
        with assert_queries(0):
            run(connection, 60)
    assert " 50. SELECT 49" in str(failure.value)
    assert " 51. " not in str(failure.value)
