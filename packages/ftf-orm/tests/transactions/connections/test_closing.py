"""Scopes that end while a task still uses their session."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from bookshop import Author, AuthorRepository
from sqlalchemy import event, select, text
from sqlalchemy.exc import InvalidRequestError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container import Container
from ftf.orm import ConcurrentUse, DatabaseProvider, transaction

type Handler = Callable[[AuthorRepository], Awaitable[object]]


@pytest.fixture
async def container(engine, database_url) -> AsyncIterator[Container]:
    """A container whose pool has two connections and never waits for one."""
    async with Container() as container:
        options = {"pool_size": 2, "max_overflow": 0, "pool_timeout": 0}
        container.add_provider(DatabaseProvider(database_url, **options))
        container.register(AuthorRepository)
        yield container


@asynccontextmanager
async def handled(container: Container) -> AsyncIterator[AuthorRepository]:
    async with container.scoped_context() as scope:
        yield await scope.aresolve(AuthorRepository)


async def count(authors: AuthorRepository) -> int:
    return await authors.count()


async def write(authors: AuthorRepository) -> Author:
    return await authors.create(Author(name="Ada"))


async def write_in_a_transaction(authors: AuthorRepository) -> None:
    async with transaction(authors.session):
        for name in ("Ada", "Bo", "Cy"):
            await authors.create(Author(name=name))
            await asyncio.sleep(0)


async def write_without_end(authors: AuthorRepository) -> None:
    while True:
        await authors.create(Author(name="Ada"))


async def execute(authors: AuthorRepository) -> None:
    await authors.session.execute(select(Author))
    await authors.session.execute(select(Author))


async def commit(authors: AuthorRepository) -> None:
    authors.session.add(Author(name="Ada"))
    await authors.session.commit()


async def assert_pool_is_as_before(container: Container) -> None:
    engine = await container.aresolve(AsyncEngine)
    assert engine.pool.checkedout() == 0
    async with engine.connect(), engine.connect():
        pass


@pytest.mark.parametrize(
    ("work", "patience"),
    [
        (count, 5.0),
        (write, 5.0),
        (write_in_a_transaction, 5.0),
        (execute, 5.0),
        (commit, 5.0),
        (count, 0.0),
        (execute, 0.0),
        (write_in_a_transaction, 0.0),
        (write_without_end, 0.0),
    ],
)
async def test_a_task_that_is_left_behind_costs_no_connection(
    container, database_url, monkeypatch, work, patience
):
    if not patience and "sqlite" in database_url:  # older ones cannot end a connection to SQLite
        pytest.importorskip("sqlalchemy", minversion="2.1")
    monkeypatch.setattr("ftf.orm.transactions._closing._PATIENCE", patience)
    left = []
    for turns in range(20):
        async with handled(container) as authors:
            left.append(asyncio.create_task(work(authors)))
            for _ in range(turns // 2):
                await asyncio.sleep(0)
    await asyncio.gather(*left, return_exceptions=True)
    await assert_pool_is_as_before(container)


async def test_tasks_that_were_gathered_cost_no_connection(container):
    for _ in range(20):
        with pytest.raises(ConcurrentUse, match="Another task is using this session"):
            async with handled(container) as authors:
                await asyncio.gather(authors.count(), authors.count(), authors.count())
    await assert_pool_is_as_before(container)


async def test_an_operation_that_runs_may_end(container, seen):
    async with handled(container) as authors:
        task = asyncio.create_task(write(authors))
        await asyncio.sleep(0)
    ada = await task
    assert (await seen(Author, ada.id)).name == "Ada"
    with pytest.raises(InvalidRequestError, match="permanently closed"):
        await authors.count()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_statement_that_takes_too_long_is_given_up(container, monkeypatch):
    monkeypatch.setattr("ftf.orm.transactions._closing._PATIENCE", 0.0)
    started = asyncio.Event()
    engine = await container.aresolve(AsyncEngine)
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *_: started.set())
    async with handled(container) as authors:
        statement = select(text("pg_sleep(20)"))
        task = asyncio.create_task(authors.session.execute(statement))
        await started.wait()
    with pytest.raises(SQLAlchemyError, match="closed"):
        await task
    await assert_pool_is_as_before(container)


async def test_a_session_is_closed_though_the_task_that_closes_it_is_cancelled(container):
    # Before, a connection that is cancelled while it is opened stays out of the pool.
    pytest.importorskip("sqlalchemy", minversion="2.0.58")

    async def handle() -> None:
        async with handled(container) as authors:
            left.append(asyncio.create_task(write(authors)))
            await asyncio.sleep(0)
            asyncio.current_task().cancel()

    left = []
    for _ in range(3):
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(handle())
        await assert_pool_is_as_before(container)
    await asyncio.gather(*left)


async def test_a_session_whose_connection_was_given_up_is_closed(container):
    async with handled(container) as authors:
        await authors.count()
        await (await authors.session.connection()).invalidate()
    await assert_pool_is_as_before(container)
