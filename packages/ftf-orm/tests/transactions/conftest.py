import pytest
from bookshop import Author, AuthorRepository
from sqlalchemy.ext.asyncio import AsyncSession


@pytest.fixture
def stored(engine):
    """The names that are committed, as another session finds them."""

    async def read() -> list[str]:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            return await AuthorRepository(session).query().order_by(Author.id).pluck(Author.name)

    return read
