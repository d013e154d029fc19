import pytest
from lending import Library, Member

from ftf.orm import Repository, session_factory


@pytest.fixture
async def tables(engine):
    async with engine.begin() as connection:
        await connection.run_sync(Library.metadata.drop_all)  # what a killed run may have left
        await connection.run_sync(Library.metadata.create_all)
    yield
    async with engine.begin() as connection:
        await connection.run_sync(Library.metadata.drop_all)


@pytest.fixture
async def session(engine, tables):
    async with session_factory(engine)() as session:
        yield session


@pytest.fixture
async def ann(session) -> Member:
    """A stored member."""
    found = Member(email="ann@x.org", card=7, branch_id=1)
    return await Repository(session, Member).create(found)
