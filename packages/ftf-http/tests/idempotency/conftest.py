from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from httpx import AsyncClient
from ordering import Model, Order, application
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.http import FastTrackFramework


@dataclass
class Shop:
    """The shop, served."""

    app: FastTrackFramework
    client: AsyncClient
    engine: AsyncEngine

    async def stored(self) -> int:
        """Return how many orders are stored."""
        async with self.engine.connect() as connection:
            return await connection.scalar(select(func.count()).select_from(Order)) or 0

    async def post(self, path: str, key: str = "k", **options):
        headers = {"idempotency-key": key} | options.pop("headers", {})
        return await self.client.post(path, headers=headers, **options)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path) -> str:
    """The URL of a database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/test.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def app(database_url) -> FastTrackFramework:
    """The shop, to which tests add routes."""
    return application(database_url)


@pytest.fixture
def serving(serve):
    """Serves a shop whose database is empty."""

    @asynccontextmanager
    async def served(app: FastTrackFramework) -> AsyncIterator[Shop]:
        async with serve(app) as client:
            engine = await app.container.aresolve(AsyncEngine)
            async with engine.begin() as connection:
                await connection.run_sync(Model.metadata.drop_all)
                await connection.run_sync(Model.metadata.create_all)
            yield Shop(app, client, engine)
            async with engine.begin() as connection:
                await connection.run_sync(Model.metadata.drop_all)

    return served


@pytest.fixture
async def shop(serving, app) -> AsyncIterator[Shop]:
    async with serving(app) as shop:
        yield shop
