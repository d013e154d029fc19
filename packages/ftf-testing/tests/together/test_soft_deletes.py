"""Factories and assertions for models with ftf-orm's `SoftDeletes` and `Versioned`."""

import re
from datetime import datetime

import pytest
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, registry

from ftf.orm import (
    Base,
    BaseRepository,
    SoftDeletes,
    Timestamps,
    UtcDateTime,
    UuidKey,
    Versioned,
    create_engine,
    session_factory,
    unique_among_living,
)
from ftf.testing import Factory, FactoryError, assert_count, assert_soft_deleted


class Model(Base):
    __abstract__ = True
    registry = registry()
    metadata = MetaData()


class Post(Timestamps, SoftDeletes, Versioned, UuidKey, Model):
    __tablename__ = "posts"
    __table_args__ = (unique_among_living("title"),)
    title: Mapped[str]


class Note(SoftDeletes, Model):
    __tablename__ = "notes"
    __deleted_at__ = "removed_at"
    id: Mapped[int] = mapped_column(primary_key=True)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Draft(Model):
    __tablename__ = "drafts"
    id: Mapped[int] = mapped_column(primary_key=True)


class PostFactory(Factory[Post]): ...


class NoteFactory(Factory[Note]): ...


class DraftFactory(Factory[Draft]): ...


@pytest.fixture
async def session():
    engine = create_engine("sqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.create_all)
    async with session_factory(engine)() as session:
        yield session
    await engine.dispose()


async def test_records_are_living_unless_they_are_said_to_be_trashed(session: AsyncSession):
    living = await PostFactory(session).create_many(3)
    assert [post.deleted_at for post in living] == [None] * 3
    assert [post.version for post in living] == [1] * 3
    trashed = await PostFactory(session).trashed().create_many(2)
    assert all(post.trashed for post in trashed)
    assert await BaseRepository(session, Post).count() == len(living)
    await assert_count(session, Post, 5)


async def test_a_record_is_asserted_to_be_soft_deleted(session):
    post, note = await PostFactory(session).create(), await NoteFactory(session).create()
    for record, model in ((post, Post), (note, Note)):
        with pytest.raises(AssertionError, match=f"no soft-deleted {model.__name__}"):
            await assert_soft_deleted(session, record)
        await BaseRepository(session, model).delete(record)
        await assert_soft_deleted(session, record)
    await assert_soft_deleted(session, note, column=Note.removed_at)
    await assert_soft_deleted(session, post, title=post.title)
    with pytest.raises(AssertionError, match="no soft-deleted Post"):
        await assert_soft_deleted(session, post, title="another")
    await assert_soft_deleted(session, await NoteFactory(session).trashed().create())


def test_a_model_without_the_column_has_no_trashed_records():
    text = "Draft has no column deleted_at, so none is deleted."
    with pytest.raises(FactoryError, match=re.escape(text)):
        DraftFactory().trashed()
