import pytest
from bookshop import Author, Book, Genre


@pytest.fixture
async def keys(session) -> list[int]:
    """The keys of five genres."""
    genres = [Genre(name=name) for name in "abcde"]
    session.add_all(genres)
    await session.commit()
    return [genre.id for genre in genres]


@pytest.fixture
async def book(authors, books, session) -> Book:
    ada = await authors.create(Author(name="Ada"))
    book = await books.create(Book(title="Notes", author_id=ada.id))
    other = await books.create(Book(title="Other", author_id=ada.id, genres=[Genre(name="z")]))
    assert other.id != book.id
    session.expunge_all()
    return await books.find_or_fail(book.id)


@pytest.fixture
def genres(books, book):
    return books.relation(book, Book.genres)
