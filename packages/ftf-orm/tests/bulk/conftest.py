from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from ledger import Accounts
from sqlalchemy.orm import DeclarativeBase

from ftf.orm import BaseRepository


@pytest.fixture
def accounts(session) -> Accounts:
    return Accounts(session)


@pytest.fixture
async def make(engine, session) -> AsyncIterator[Callable[[type], Awaitable[BaseRepository]]]:
    """Make repositories of models with tables of their own, which are there until the test ends."""
    made: list[type[DeclarativeBase]] = []

    async def create(model):
        async with engine.begin() as connection:
            await connection.run_sync(model.metadata.drop_all)  # what a killed run may have left
            await connection.run_sync(model.metadata.create_all)
        made.append(model)
        return BaseRepository(session, model)

    yield create
    await session.rollback()
    async with engine.begin() as connection:
        for model in made:
            await connection.run_sync(model.metadata.drop_all)
