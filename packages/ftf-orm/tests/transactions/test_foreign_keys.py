"""Relationships that a changed foreign key leads elsewhere."""

import pytest
from bookshop import Author, Book

from ftf.orm import RelationNotLoaded, transaction


@pytest.fixture
async def two(authors) -> list[Author]:
    return [await authors.create(Author(name=name)) for name in ("Ada", "Bo")]


@pytest.fixture
async def book(books, two) -> Book:
    made = await books.create(Book(title="Notes", author_id=two[0].id))
    await books.load(made, Book.author)
    return made


@pytest.mark.parametrize("inside", [True, False])
async def test_it_is_not_loaded_any_more(session, books, two, book, inside):
    book.author_id = two[1].id
    if inside:
        async with transaction(session):
            pass
    else:
        await books.update(book)
    with pytest.raises(RelationNotLoaded, match=r"Book\.author"):
        _ = book.author
    await books.load(book, Book.author)
    assert book.author is two[1]


async def test_it_is_as_before_when_the_change_is_undone(session, books, two, book):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            book.author_id = two[1].id
            await books.update(book)
            raise KeyError("x")
    assert (book.author_id, book.author) == (two[0].id, two[0])


async def test_it_stays_loaded_if_it_was_set_itself_or_the_key_stays(books, two, book):
    book.title, book.author_id = "Letters", two[0].id
    await books.update(book)
    assert book.author is two[0]
    book.author = two[1]
    await books.update(book)
    assert (book.author, book.author_id) == (two[1], two[1].id)


async def test_a_session_without_a_repository_is_sqlalchemy_s(session, two, book):
    book.author_id = two[1].id
    await session.commit()
    assert book.author is two[0]
