"""A server that crashes and is started again while jobs run on it."""

import asyncio
from dataclasses import dataclass

import pytest
from bookshop import Author, AuthorRepository, Model
from job_shop import Journal, shop_on
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container.jobs import Fixed, Job, JobRun
from ftf.orm import create_engine, transaction
from ftf.orm.jobs import jobs_metadata, once


@dataclass(frozen=True)
class Slow(Job, attempts=5, backoff=Fixed(0)):
    name: str

    async def handle(
        self, session: AsyncSession, gate: asyncio.Event, journal: Journal, run: JobRun
    ) -> None:
        async with transaction(session):
            if await once(session, run.id):
                await AuthorRepository(session).create(Author(name=self.name))
            journal.append(self.name)
            await gate.wait()


@pytest.mark.slow
async def test_job_85_a_server_that_restarts_under_running_jobs_loses_none(server):
    engine = create_engine(server.url)
    for metadata in (Model.metadata, jobs_metadata):
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
    async with shop_on(engine, server.url) as shop:
        shop.container.instance(asyncio.Event, gate := asyncio.Event())
        shop.registry.register(Slow)
        names = [f"author {number}" for number in range(10)]
        await shop.enqueue(*map(Slow, names))
        worker, running = shop.start(concurrency=4)
        await shop.journal.reaches(4)
        await server.crash_and_restart()  # under four transactions, with six jobs that wait
        gate.set()
        await shop.backend.outcomes.reaches(14)
        worker.stop()
        await running
        assert shop.backend.outcomes.count("Retried") == 4
        assert sorted(await shop.names()) == names
        assert await shop.rows() == []
    await engine.dispose()
