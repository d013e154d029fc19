"""The archive's repositories, with a post that has living and deleted comments."""

from datetime import UTC, datetime

import pytest
from archive import Comment, Folder, Post, Reaction, Tag, User

from ftf.orm import BaseRepository

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def posts(session) -> BaseRepository[Post]:
    return BaseRepository(session, Post)


@pytest.fixture
def users(session) -> BaseRepository[User]:
    return BaseRepository(session, User)


@pytest.fixture
def comments(session) -> BaseRepository[Comment]:
    return BaseRepository(session, Comment)


@pytest.fixture
def folders(session) -> BaseRepository[Folder]:
    return BaseRepository(session, Folder)


@pytest.fixture
async def stored(session) -> None:
    """A user with a post that is found, one that is deleted and one that is not listed."""
    first = Post(
        title="found",
        comments=[
            Comment(stars=1, reactions=[Reaction(), Reaction(removed_at=LONG_AGO)]),
            Comment(stars=2, deleted_at=LONG_AGO),
        ],
        tags=[Tag(name="living"), Tag(name="deleted", deleted_at=LONG_AGO)],
    )
    others = [Post(title="deleted", deleted_at=LONG_AGO), Post(title="unlisted", listed=False)]
    session.add(User(email="ada@b.c", posts=[first, *others]))
    root = Folder(name="root", children=[Folder(name="a"), Folder(name="b", deleted_at=LONG_AGO)])
    session.add(root)
    await session.commit()
    session.expunge_all()
