import pytest
from bookshop import Author, Book, Genre

from ftf.orm import BaseRepository, RelationNotLoaded


class GenreRepository(BaseRepository[Genre]): ...


@pytest.fixture
async def three(authors, session) -> list[Author]:
    for name in "abc":
        books = [Book(title=f"{name}{n}", genres=[Genre(name=f"{name}{n}")]) for n in range(2)]
        session.add(Author(name=name, books=books))
    await session.commit()
    session.expunge_all()
    return await authors.query().order_by_key().get()


async def test_relationships_are_brought_along_later_in_one_query_each(authors, three, statements):
    await authors.load(three, Author.books, "books.genres")
    assert [book.genres[0].name for author in three for book in author.books] == [
        "a0", "a1", "b0", "b1", "c0", "c1",
    ]  # fmt: skip
    assert len([each for each in statements if "FROM books" in each]) <= 4


async def test_one_record_is_enough(authors, three):
    await authors.load(three[0], Author.books)
    assert len(three[0].books) == 2
    with pytest.raises(RelationNotLoaded, match=r"Author\.books"):
        _ = three[1].books


async def test_what_is_loaded_is_not_loaded_again_if_only_what_is_missing_is_wanted(
    authors, three, statements, engine
):
    await authors.load(three[0], Author.books)
    before = three[0].books
    async with engine.begin() as connection:
        await connection.execute(Book.__table__.update().values(author_id=three[2].id))
    await authors.load_missing(three, Author.books)
    assert three[0].books is before
    assert [len(author.books) for author in three] == [2, 0, 6]
    await authors.load(three, Author.books)
    assert [len(author.books) for author in three] == [0, 0, 6]


async def test_a_path_goes_on_where_something_is_loaded(authors, three):
    await authors.load(three, Author.books)
    await authors.load_missing(three, "books.genres")
    assert {len(book.genres) for author in three for book in author.books} == {1}


async def test_edge_26_a_path_ends_where_there_is_nothing(session):
    genres = GenreRepository(session)
    lonely = await genres.create(Genre(name="lonely"))
    session.expunge_all()
    lonely = await genres.find_or_fail(lonely.id)
    await genres.load(lonely, "parent.parent")
    assert lonely.parent is None
    await genres.load([], "parent.parent")


async def test_changes_are_kept_when_something_is_loaded_again(authors, three, seen):
    await authors.load(three[0], Author.books)
    three[0].books.append(Book(title="new"))
    three[0].name = "changed"
    await authors.load(three[0], Author.books)
    assert len(three[0].books) == 3
    assert three[0].name == "changed"


async def test_a_part_is_brought_along_later_and_leaves_everything_else_alone(books, three):
    (book,) = await books.query().where(Book.title == "a0").with_(Book.author, Book.genres).get()
    await books.load(book, Book.genres.and_(Genre.name == "x"))
    assert book.genres == []
    await books.load_missing(book, Book.genres.and_(Genre.name == "a0"))
    assert book.genres == []
    assert book.author is three[0]


async def test_what_is_no_relationship_is_refused(authors, three):
    with pytest.raises(AttributeError, match="Author has no relationship bookz; it has books"):
        await authors.load(three, "bookz")
