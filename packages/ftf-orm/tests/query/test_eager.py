import pytest
from bookshop import Author, Book, Draft, Genre

from ftf.orm import QueryBuilder


@pytest.fixture
async def fifty(authors, books, session) -> None:
    genre = Genre(name="poetry")
    for number in range(50):
        author = Author(name=f"author {number}")
        session.add(Book(title=f"book {number}", author=author, genres=[genre]))
    await session.commit()
    session.expunge_all()


async def test_fifty_books_with_authors_are_two_queries(books, fifty, statements):
    found = await books.query().with_(Book.author).get()
    assert len({book.author.name for book in found}) == 50
    queries = [statement for statement in statements if "reviews" not in statement]
    assert len(queries) == 2


async def test_a_dotted_path_loads_every_step(authors, fifty):
    found = await authors.query().with_("books.genres").get()
    assert {book.genres[0].name for author in found for book in author.books} == {"poetry"}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("bookz", "Author has no relationship bookz; it has books"),
        ("books.title", "Book has no relationship title; it has author, genres, reviews"),
        (Author.name, "Author has no relationship Author.name"),
        (Book.author, "Author has no relationship Book.author"),
    ],
)
def test_edge_11_what_is_no_relationship_of_the_model_is_refused(authors, path, message):
    with pytest.raises(AttributeError, match=message):
        authors.query().with_(path)


def test_a_model_without_relationships_says_so(session):
    with pytest.raises(AttributeError, match="Genre has no relationship books; it has none"):
        QueryBuilder(session, Genre).with_("books")


def test_edge_11_two_models_may_have_relationships_of_one_name(books):
    with pytest.raises(AttributeError, match=r"Book has no relationship Draft\.author"):
        books.query().with_(Draft.author)


async def test_a_condition_on_a_relationship_is_kept(authors, fifty):
    query = authors.query().with_(Author.books.and_(Book.title == "book 7"))
    found = await query.order_by_key().get()
    assert [[book.title for book in author.books] for author in found[6:9]] == [[], ["book 7"], []]
