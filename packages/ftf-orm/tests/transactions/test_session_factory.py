"""Sessions and models that a repository works with."""

from typing import assert_type

import pytest
from bookshop import Author, AuthorRepository, Book
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import Base, BaseRepository, session_factory, transaction


class Note(Base):
    __tablename__ = "notes"
    metadata = MetaData()

    id: Mapped[int] = mapped_column(primary_key=True)


class Memo(Note):
    """Shares the table of notes."""


class NoteRepository(BaseRepository[Note]): ...


async def test_what_a_session_of_the_factory_has_stored_stays_readable(engine):
    async with session_factory(engine)() as session:
        ada = await AuthorRepository(session).create(Author(name="Ada"))
        assert ada.name == "Ada"
        async with transaction(session):
            await AuthorRepository(session).update(ada)
        assert ada.id == 1


async def test_a_session_that_expires_on_commit_is_refused_by_name(engine):
    async with AsyncSession(engine) as session:
        for make in (AuthorRepository, lambda session: BaseRepository(session, Author)):
            with pytest.raises(ValueError, match=r"Repository cannot .*session_factory\(engine\)"):
                make(session)


async def test_the_model_can_be_given_with_the_session(session):
    authors = BaseRepository(session, Author)
    assert_type(authors, BaseRepository[Author])
    ada = await authors.create(Author(name="Ada"))
    assert await authors.all() == [ada]
    assert not hasattr(BaseRepository, "model")


def test_a_model_that_is_given_can_be_a_subclass_of_the_repository_s(session):
    assert NoteRepository(session, Memo).model is Memo
    assert NoteRepository(session).model is Note


@pytest.mark.parametrize(
    ("kind", "model", "wanted"),
    [
        (BaseRepository, "Author", "model must be a model for BaseRepository, not 'Author'"),
        (BaseRepository, str, "model must be a model for BaseRepository, not <class 'str'>"),
        (AuthorRepository, Book, "model must be Author or a subclass for AuthorRepository, not"),
    ],
)
async def test_what_is_no_model_of_the_repository_is_refused(session, kind, model, wanted):
    with pytest.raises(TypeError, match=wanted):
        kind(session, model)
