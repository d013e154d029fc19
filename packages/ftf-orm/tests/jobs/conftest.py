"""An application with the tables of jobs and of authors, on each database."""

from collections.abc import AsyncIterator

import pytest
from bookshop import Model
from job_shop import Shop, shop_on
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.orm import create_engine
from ftf.orm.jobs import jobs_metadata


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


@pytest.fixture
async def shop(engine, database_url) -> AsyncIterator[Shop]:
    """An application with jobs in the database."""
    async with shop_on(engine, database_url) as shop:
        yield shop


@pytest.fixture(params=["memory", "database", "outbox"])
async def any_shop(request, engine, database_url) -> AsyncIterator[Shop]:
    """An application with jobs of each kind in turn."""
    async with shop_on(engine, database_url, request.param) as shop:
        yield shop
