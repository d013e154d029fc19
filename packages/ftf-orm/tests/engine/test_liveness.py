"""Connections of PostgreSQL that end in the pool."""

import asyncio
from itertools import count
from threading import Thread

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ftf.orm import create_engine

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.fixture
async def engine(database_url):
    engine = create_engine(database_url, pool_size=1, max_overflow=0)
    yield engine
    await engine.dispose()


@pytest.fixture
def later(monkeypatch):
    """The pool's clock, a minute ahead whenever it is read."""
    monkeypatch.setattr("ftf.orm.engine._liveness.monotonic", count(step=60).__next__)


async def driver_connection(connection: AsyncConnection) -> asyncpg.Connection:
    pooled = await connection.get_raw_connection()
    return pooled.driver_connection


async def process_of(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(text("SELECT pg_backend_pid()"))


async def statements_of_a_read(engine: AsyncEngine) -> list[str]:
    """Return what is sent besides the prepared statement of the read."""
    async with engine.connect() as connection:
        log: list[str] = []
        driver = await driver_connection(connection)
        driver.add_query_logger(lambda record: log.append(record.query))
    async with engine.connect() as connection:
        await connection.scalar(text("SELECT 1"))
    return log


async def end(url: str, process: int) -> None:
    connection = await asyncpg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    await connection.execute(f"SELECT pg_terminate_backend({process}, 5000)")
    await connection.close()


async def test_a_connection_that_was_used_a_moment_ago_is_not_asked(engine):
    await process_of(engine)
    assert await statements_of_a_read(engine) == ["BEGIN;", "ROLLBACK;"]


@pytest.mark.usefixtures("later")
async def test_a_connection_that_was_idle_is_asked_once(engine):
    assert ";" in await statements_of_a_read(engine)


async def test_a_connection_that_the_server_ended_is_replaced(engine, database_url):
    process = await process_of(engine)
    await end(database_url, process)
    assert await process_of(engine) != process


@pytest.mark.usefixtures("later")
async def test_an_end_that_the_loop_has_not_seen_yet_is_found_by_asking(engine, database_url):
    process = await process_of(engine)
    ending = Thread(target=asyncio.run, args=(end(database_url, process),))
    ending.start()
    ending.join()  # blocks the loop
    assert await process_of(engine) != process


async def test_pool_pre_ping_replaces_the_test(database_url):
    engine = create_engine(database_url, pool_size=1, pool_pre_ping=True)
    assert ";" in await statements_of_a_read(engine)
    await engine.dispose()
