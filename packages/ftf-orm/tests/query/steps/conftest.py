import pytest
from bookshop import Author, Book, Genre, Review

from ftf.orm import QueryBuilder


@pytest.fixture
async def library(session) -> None:
    """Ada has two books, one of them with reviews; Bo has one of two genres; Cy has none."""
    poetry, drama = Genre(name="poetry"), Genre(name="drama")
    long, short = Book(title="long", genres=[poetry]), Book(title="short")
    long.reviews = [Review(stars=1), Review(stars=5)]
    other = Book(title="other", genres=[poetry, drama], reviews=[Review(stars=3)])
    session.add_all([Author(name="Ada", books=[long, short]), Author(name="Bo", books=[other])])
    session.add(Author(name="Cy"))
    root = Genre(name="root", children=[poetry, drama])
    poetry.children = [Genre(name="sonnet")]
    session.add(root)
    await session.commit()
    session.expunge_all()


@pytest.fixture
def genres(session):
    return QueryBuilder(session, Genre)
