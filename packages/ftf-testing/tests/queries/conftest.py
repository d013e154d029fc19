from collections.abc import AsyncIterator, Iterator

import pytest
from library import Base, books
from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool


@pytest.fixture
def sync_engine() -> Iterator[Engine]:
    """A database in memory that threads share, with three books."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(books(3))
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture(params=["aiosqlite", "asyncpg"])
async def async_engine(request, tmp_path) -> AsyncIterator[AsyncEngine]:
    """A database of each kind in turn, with three books."""
    url = f"sqlite+aiosqlite:///{tmp_path}/library.db"
    if request.param == "asyncpg":
        url = request.getfixturevalue("postgres_url")
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add_all(books(3))
        await session.commit()
    yield engine
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    await engine.dispose()
