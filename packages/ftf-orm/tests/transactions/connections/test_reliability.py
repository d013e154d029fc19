"""What is left when tasks are cancelled and servers die."""

import asyncio
import gc
from collections import Counter
from contextlib import suppress
from random import Random

import pytest
from bookshop import Author, AuthorRepository, Model
from sqlalchemy.ext.asyncio import AsyncSession
from sqlite_threads import join_connections

from ftf.orm import create_engine, transaction


async def work(engine, number: int) -> None:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        authors = AuthorRepository(session)
        async with transaction(session):
            await authors.create(Author(name=f"author {number}"))
            async with transaction(session):
                await authors.query().where(Author.born > number).count()
                await authors.create(Author(name=f"twin {number}"))
        await authors.query().with_(Author.books).limit(5).get()


async def cancel_at_random(database_url) -> Counter[type]:
    """Cancel many tasks that share few connections; tell how they ended."""
    engine = create_engine(database_url, pool_size=2, max_overflow=0)
    chance, loop = Random(47), asyncio.get_running_loop()  # noqa: S311  # not a secret
    tasks = [asyncio.create_task(work(engine, number)) for number in range(200)]
    for task in tasks:
        loop.call_later(chance.uniform(0, 0.5), task.cancel)
    ended = Counter(map(type, await asyncio.gather(*tasks, return_exceptions=True)))
    assert engine.pool.checkedout() == 0
    await asyncio.gather(work(engine, -1), work(engine, -2))
    await engine.dispose()
    join_connections()
    return ended


# A connection that is being opened at that moment is not in the pool yet. It stays with its event
# loop, so that has to end before the collector can close the connection, which warns.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_edge_47_cancelled_tasks_leave_no_connection_checked_out(database_url, authors):
    ended = await asyncio.to_thread(asyncio.run, cancel_at_random(database_url))
    gc.collect()
    assert set(ended) <= {asyncio.CancelledError, type(None)}, ended
    assert ended[asyncio.CancelledError] > 20
    names = await authors.query().pluck(Author.name)
    twins = Counter(name.rpartition(" ")[2] for name in names)
    assert set(twins.values()) == {2}  # each transaction is there as a whole or not at all


@pytest.mark.slow
async def test_edge_48_a_server_that_restarts_costs_only_the_calls_in_flight(server):
    engine = create_engine(server.url, pool_size=5)
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.create_all)

    async def call(name: str) -> None:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            authors = AuthorRepository(session)
            await authors.create(Author(name=name))
            assert await authors.query().where(Author.name == name).exists()

    async def call_until_lost(worker: int) -> int:
        number = 0
        with suppress(Exception):  # of the driver, of SQLAlchemy or ours: it depends on the moment
            while True:
                await call(f"{worker}.{number}")
                number += 1
        return number

    workers = [asyncio.create_task(call_until_lost(worker)) for worker in range(3)]
    await asyncio.gather(*(call(f"before {number}") for number in range(5)))  # fills the pool
    await server.crash_and_restart()
    done = await asyncio.gather(*workers)  # each has lost one call
    for moment in ("after it", "once more"):
        await asyncio.gather(*(call(f"{moment} {number}") for number in range(5)))
        await server.crash_and_restart()  # with nothing but idle connections
    async with AsyncSession(engine, expire_on_commit=False) as session:
        stored = await AuthorRepository(session).count()
    # A call that was lost may have been stored, if only its answer was lost.
    assert 0 <= stored - (sum(done) + 5 + 10) <= 3
    assert engine.pool.checkedout() == 0
    await engine.dispose()
