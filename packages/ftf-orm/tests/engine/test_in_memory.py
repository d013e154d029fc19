"""A database in memory is one connection, which sessions share whether they want to or not."""

from collections.abc import AsyncIterator

import pytest
from bookshop import Author, AuthorRepository, Model
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.orm import TransactionMisuse, create_engine, transaction

LOST = r"rolled back inside transaction\(\).*one session at a time"


@pytest.fixture
async def memory() -> AsyncIterator[AsyncEngine]:
    engine = create_engine("sqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.create_all)
    yield engine
    await engine.dispose()


async def count(engine: AsyncEngine) -> int:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        return await AuthorRepository(session).count()


@pytest.mark.parametrize("writes_after", [0, 1])
async def test_a_transaction_that_another_session_has_ended_is_not_reported_as_stored(
    memory, writes_after
):
    done: list[str] = []
    async with AsyncSession(memory, expire_on_commit=False) as session:
        authors = AuthorRepository(session)
        with pytest.raises(TransactionMisuse, match=LOST):
            async with transaction(session) as tx:
                tx.after_commit(lambda: done.append("committed"))
                await authors.create(Author(name="Ada"))
                assert await count(memory) == 1
                for number in range(writes_after):
                    await authors.create(Author(name=f"Bo {number}"))
        assert (done, await count(memory)) == ([], 0)
        await authors.create(Author(name="Cy"))
    assert await count(memory) == 1


async def test_sessions_one_after_the_other_share_it(memory):
    for expected in (1, 2):
        async with AsyncSession(memory, expire_on_commit=False) as session:
            session.add(Author(name="Ada"))
            await session.flush()  # begins before the block does
            async with transaction(session):
                await AuthorRepository(session).create(Author(name="Bo"))
        assert await count(memory) == expected * 2
