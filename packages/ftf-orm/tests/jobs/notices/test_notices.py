"""PostgreSQL wakes the workers of other processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from job_shop import Note, Shop, WatchedDatabaseJobs
from sqlalchemy import NullPool, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from ftf.container.jobs import Released
from ftf.orm import create_engine
from ftf.orm.jobs.notices._notices import Notices  # noqa: PLC2701  # which is cancelled alone

NEVER = 10_000.0  # seconds; a worker that looked for jobs so seldom would fail its test
LISTENING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'LISTEN %' AND pid <> """


@pytest.fixture
def database_url(postgres_url) -> str:
    return postgres_url


@asynccontextmanager
async def working(shop: Shop, engine: AsyncEngine | None = None) -> AsyncIterator[int]:
    """Run a worker as another process would, which looks for jobs by itself at its start only.

    Yields:
        The process of the server that it listens to.
    """
    backend = WatchedDatabaseJobs(engine or shop.engine, poll_seconds=NEVER)
    worker, running = shop.start(backend)
    yield await listening(shop)
    worker.stop()
    await running


async def listening(shop: Shop, but: int = 0) -> int:
    while not (rows := await shop.rows(f"{LISTENING}{but}")):
        pass
    ((pid,),) = rows
    return pid


async def test_job_31_a_worker_begins_when_a_job_is_committed(shop):
    async with working(shop):
        await shop.enqueue(Note("a"))
        await shop.journal.reaches(1)
        async with shop.scope() as (_, _, jobs):
            await jobs.enqueue_many([Note("b"), Note("c")])
        await shop.journal.reaches(3)
        await shop.enqueue(Note("d"), unique="d")
        await shop.journal.reaches(4)


async def test_job_82_a_worker_begins_when_another_one_releases_a_job(shop):
    await shop.enqueue(Note("a"))
    (claimed,) = await shop.backend.claim((), 1)
    async with working(shop):
        await shop.backend.settle(claimed, Released())
        await shop.journal.reaches(1)


async def test_job_43_many_jobs_are_one_notice(shop, statements):
    async with shop.scope() as (_, _, jobs):
        await jobs.enqueue_many(Note(str(number)) for number in range(100))
    assert [each.split()[0] for each in statements] == ["INSERT", "SELECT"]


async def test_job_86_a_worker_whose_connection_is_lost_listens_again(shop, caplog):
    engine = create_engine(shop.engine.url, poolclass=NullPool)

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError("no server")

    async with working(shop, engine) as pid:
        event.listen(engine.sync_engine, "do_connect", refuse)
        async with shop.engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_terminate_backend({pid})"))
        while "Workers are not woken by PostgreSQL" not in caplog.text:
            await shop.rows()
        event.remove(engine.sync_engine, "do_connect", refuse)
        await listening(shop, but=pid)
        await shop.enqueue(Note("a"))
        await shop.journal.reaches(1)


async def test_a_worker_that_stops_while_it_connects_leaves_no_connection(engine):
    made: list[Any] = []

    def stop(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        made.append(entry.driver_connection)
        listening.cancel()

    # Before the queries by which the dialect of SQLAlchemy prepares a connection.
    event.listen(engine.sync_engine, "connect", stop, insert=True)
    listening = asyncio.create_task(Notices(engine, list).listen())
    await asyncio.wait([listening])
    assert [each.is_closed() for each in made] == [True]
