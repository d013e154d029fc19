import pytest
from lending import Member

from ftf.orm import Repository, session_factory


@pytest.fixture
async def session(engine):
    async with session_factory(engine)() as session:
        yield session


@pytest.fixture
async def ann(session) -> Member:
    """A stored member."""
    found = Member(email="ann@x.org", card=7, branch_id=1)
    return await Repository(session, Member).create(found)
