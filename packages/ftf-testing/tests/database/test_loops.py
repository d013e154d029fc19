"""Connections of an engine go from one event loop to the next, if that is possible."""

import asyncio
import gc
from warnings import catch_warnings

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ftf.testing.database._loop_connections import LoopConnections  # noqa: PLC2701  # no socket is left

KEPT = """
before = []

@twice
async def test_kept(db_connection, turn):
    before.append((await db_connection.get_raw_connection()).driver_connection)
    assert before[0] is before[-1]
"""
WAITED_FOR = """
from asyncio import gather

@twice
async def test_in_turn(db_connection, turn):
    one = text("SELECT 1")
    results = await gather(*(db_connection.scalar(one) for _ in range(3)))
    assert results == [1, 1, 1]
"""
FULL = """
from asyncio import gather

@twice
async def test_full(db_engine, turn):
    async def ask():
        async with db_engine.connect() as connection:
            return await connection.scalar(text("SELECT 1"))
    assert await gather(*(ask() for _ in range(20))) == [1] * 20
"""
NOT_POOLED = """
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

@pytest.fixture(scope="session")
def db_engine_factory():
    return lambda url: create_async_engine(url, poolclass=NullPool)
"""
OWN_LOOP = """
from unittest import IsolatedAsyncioTestCase

class TestOwnLoop(IsolatedAsyncioTestCase):
    @pytest.fixture(autouse=True)
    def given(self, committing_db):
        self.db = committing_db

    async def test_own_loop(self):
        async with self.db.begin() as session:
            session.add(User(email="ada@example.com"))

async def test_next(db_session):
    assert await count(db_session) == 0
"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_connection_of_aiosqlite_serves_the_tests_of_all_loops(run):
    run(KEPT).assert_outcomes(passed=2)


@pytest.mark.parametrize("tests", [WAITED_FOR, FULL])
def test_what_was_waited_for_does_not_bind_the_next_test_to_a_loop(run, tests):
    run(tests).assert_outcomes(passed=2)


def test_an_engine_may_keep_no_connections(run, project):
    project.makeconftest(NOT_POOLED)
    run(WAITED_FOR + FULL.replace("from asyncio import gather", "")).assert_outcomes(passed=4)


def test_a_test_may_have_a_loop_of_its_own(run, project, database):
    if database == "postgresql":
        project.makeconftest(NOT_POOLED)
    run(OWN_LOOP).assert_outcomes(passed=2)


async def test_what_a_loop_has_left_when_it_was_closed_is_told(postgres_url):
    with catch_warnings(action="ignore"):
        await leave_what_a_closed_loop_has_opened(create_async_engine(postgres_url))
        gc.collect()  # the socket that nobody can close any more


async def leave_what_a_closed_loop_has_opened(engine: AsyncEngine) -> None:
    async def connect() -> None:
        async with engine.connect():
            pass

    connections = LoopConnections(engine)
    await asyncio.to_thread(asyncio.run, connect())
    with pytest.raises(pytest.fail.Exception, match="Event loop is closed: a connection of db_eng"):
        await connections.leave_loop()
    await connect()
    await connections.leave_loop()
