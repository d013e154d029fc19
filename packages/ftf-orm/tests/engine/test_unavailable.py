"""Databases that refuse connections, end them, or have none left."""

import pytest
from bookshop import Author, AuthorRepository
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import DatabaseUnavailable, create_engine, run_transaction, transaction

only_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


async def read(session: AsyncSession) -> None:
    await AuthorRepository(session).count()


async def write(session: AsyncSession) -> None:
    await AuthorRepository(session).create(Author(name="Ada"))


async def write_in_a_transaction(session: AsyncSession) -> None:
    async with transaction(session):
        await write(session)


async def write_with_retries(session: AsyncSession) -> None:
    await run_transaction(session, lambda tx: write(tx.session))


uses = pytest.mark.parametrize("use", [read, write, write_in_a_transaction, write_with_retries])


@uses
@pytest.mark.usefixtures("sqlite_threads")
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada@127.0.0.1:1/blog",  # a port that nothing listens on
        "postgresql://ada@nowhere.invalid/blog",
        "sqlite:////nowhere/blog.db",
    ],
)
async def test_a_refused_connection_stores_nothing(url, use):
    engine = create_engine(url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        with pytest.raises(DatabaseUnavailable, match="cannot be reached at the moment"):
            await use(session)
    await engine.dispose()


@uses
async def test_a_pool_without_a_free_connection_is_unavailable(database_url, use):
    engine = create_engine(database_url, pool_size=1, max_overflow=0, pool_timeout=0)
    async with engine.connect(), AsyncSession(engine, expire_on_commit=False) as session:
        with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
            await use(session)
    await engine.dispose()


@only_postgres
@pytest.mark.parametrize("use", [read, write])
async def test_a_connection_that_was_ended_is_unavailable_once(engine, session, use):
    pid = await session.scalar(text("SELECT pg_backend_pid()"))
    async with engine.connect() as other:
        await other.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
        await use(session)
    await use(session)


@only_postgres
async def test_a_server_without_a_connection_left_is_unavailable(engine, database_url):
    async with engine.begin() as connection:
        await connection.execute(text("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0"))
        await connection.execute(text("GRANT ALL ON authors TO crowded"))
    crowded = create_engine(engine.url.set(username="crowded"))
    try:
        async with AsyncSession(crowded, expire_on_commit=False) as session:
            with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
                await read(session)
    finally:
        await crowded.dispose()
        async with engine.begin() as connection:
            await connection.execute(text("DROP OWNED BY crowded"))
            await connection.execute(text("DROP ROLE crowded"))
