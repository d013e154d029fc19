"""Connections that the server ends, as `pg_terminate_backend` and failovers do."""

import pytest
from bookshop import Author
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import DatabaseUnavailable, create_engine, transaction

# SQLite has no connection to end.
pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.fixture
async def terminate(postgres_url):
    """End a connection by its process, from one of another engine."""
    other = create_engine(postgres_url)

    async def run(process: int) -> None:
        async with other.connect() as connection:
            await connection.execute(text(f"SELECT pg_terminate_backend({process}, 5000)"))

    yield run
    await other.dispose()


async def process_of(session: AsyncSession) -> int:
    return await session.scalar(text("SELECT pg_backend_pid()"))


async def test_edge_48_an_idle_connection_that_was_ended_is_replaced(authors, session, terminate):
    await authors.create(Author(name="Ada"))
    process = await process_of(session)
    await session.close()
    await terminate(process)
    assert await authors.count() == 1


@pytest.mark.parametrize("write", [True, False])
async def test_edge_48_a_connection_that_ends_in_use_is_unavailable_and_the_session_goes_on(
    authors, session, terminate, write
):
    await authors.count()
    await terminate(await process_of(session))
    with pytest.raises(DatabaseUnavailable):
        await (authors.create(Author(name="Ada")) if write else authors.count())
    assert await authors.count() == 0
    await authors.create(Author(name="Ada"))
    assert await authors.count() == 1


async def test_edge_48_a_transaction_whose_connection_ends_stores_nothing(
    authors, session, terminate
):
    ada = await authors.create(Author(name="Ada", born=1))
    with pytest.raises(DatabaseUnavailable):
        async with transaction(session):
            await authors.query().all_rows().increment(Author.born)
            await terminate(await process_of(session))
            await authors.insert_many({"name": "x"} for _ in range(2_000))
    assert (ada.born, await authors.count()) == (1, 1)
