"""An application with the tables of jobs and of authors, on each database."""

from collections.abc import AsyncIterator

import pytest
from bookshop import AuthorRepository, Model
from job_shop import Journal, Shop, WatchedDatabaseJobs, WatchedMemoryJobs
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container import Container
from ftf.container.jobs import JobBackend, JobsProvider
from ftf.orm import DatabaseProvider, create_engine
from ftf.orm.jobs import DatabaseJobsProvider, jobs_metadata


@pytest.fixture
async def engine(database_url) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    for metadata in (Model.metadata, jobs_metadata):
        async with engine.begin() as connection:
            await connection.run_sync(metadata.drop_all)  # what a killed run may have left
            await connection.run_sync(metadata.create_all)
    yield engine
    for metadata in (Model.metadata, jobs_metadata):
        async with engine.begin() as connection:
            await connection.run_sync(metadata.drop_all)
    await engine.dispose()


async def shop_on(engine: AsyncEngine, url: str, *, in_memory: bool) -> AsyncIterator[Shop]:
    async with Container() as container:
        provider = JobsProvider if in_memory else DatabaseJobsProvider
        container.add_provider(DatabaseProvider(url), provider(concurrency=0))
        container.instance(AsyncEngine, engine)  # which tests listen to
        container.register(AuthorRepository)
        container.register(Journal, scope="singleton")
        backend = WatchedMemoryJobs() if in_memory else WatchedDatabaseJobs(engine)
        container.instance(JobBackend, backend)
        yield Shop(container, engine, backend)


@pytest.fixture
async def shop(engine, database_url) -> AsyncIterator[Shop]:
    """An application with jobs in the database."""
    async for shop in shop_on(engine, database_url, in_memory=False):
        yield shop


@pytest.fixture(params=["memory", "database"])
async def any_shop(request, engine, database_url) -> AsyncIterator[Shop]:
    """An application with jobs of each kind in turn."""
    async for shop in shop_on(engine, database_url, in_memory=request.param == "memory"):
        yield shop
