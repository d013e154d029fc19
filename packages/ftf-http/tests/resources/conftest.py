from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from catalogue import Model, Products, Reviews
from httpx import AsyncClient
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from ftf.http import FastTrackFramework
from ftf.orm import DatabaseProvider


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path) -> str:
    """The URL of a database, of each kind in turn."""
    if request.param == "memory":
        return "sqlite+aiosqlite://"
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/test.db"
    return request.getfixturevalue("postgres_url")


@dataclass
class Shop:
    """The catalogue, served; its queries are noted without those of transactions."""

    app: FastTrackFramework
    client: AsyncClient
    engine: AsyncEngine
    queries: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        factory = await self.app.container.aresolve(async_sessionmaker[AsyncSession])
        async with factory() as session:
            yield session

    async def save(self, *records: Model) -> None:
        async with self.session() as session:
            session.add_all(records)
            await session.commit()
        self.queries.clear()

    async def get(self, path: str, **params: object):
        self.queries.clear()
        return await self.client.get(path, params=params or None)


@pytest.fixture
def serving(database_url, serve):
    """Serves an application with the database of the catalogue, which is empty."""

    @asynccontextmanager
    async def served(app: FastTrackFramework) -> AsyncIterator[Shop]:
        app.container.add_provider(DatabaseProvider(database_url))
        async with serve(app) as client:
            engine = await app.container.aresolve(AsyncEngine)
            async with engine.begin() as connection:
                await connection.run_sync(Model.metadata.drop_all)
                await connection.run_sync(Model.metadata.create_all)
            shop = Shop(app, client, engine)

            def note(_connection, _cursor, statement, *_) -> None:
                if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO", "BEGIN")):
                    shop.queries.append(statement)

            event.listen(engine.sync_engine, "before_cursor_execute", note)
            yield shop
            async with engine.begin() as connection:
                await connection.run_sync(Model.metadata.drop_all)

    return served


@pytest.fixture
async def shop(serving) -> AsyncIterator[Shop]:
    """The catalogue with its products and reviews as resources."""
    app = FastTrackFramework()
    app.add_controller(Products)
    app.add_controller(Reviews)
    async with serving(app) as shop:
        yield shop
