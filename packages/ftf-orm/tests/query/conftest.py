from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import MetaData


@pytest.fixture
async def create_tables(engine, session) -> AsyncIterator[Callable[[MetaData], Awaitable[None]]]:
    """Create the tables of further models, until the test ends."""
    created: list[MetaData] = []

    async def create(metadata: MetaData) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(metadata.drop_all)  # what a killed run may have left
            await connection.run_sync(metadata.create_all)
        created.append(metadata)

    yield create
    await session.rollback()  # a transaction that has read the tables keeps them from being dropped
    async with engine.begin() as connection:
        for metadata in created:
            await connection.run_sync(metadata.drop_all)
