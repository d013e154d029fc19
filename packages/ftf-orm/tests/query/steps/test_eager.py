import pytest
from bookshop import Author, Book, Draft, Genre, Review
from sqlalchemy.ext.asyncio import AsyncSession

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
    with pytest.raises(AttributeError, match="Review has no relationship books; it has none"):
        QueryBuilder(session, Review).with_("books")


def test_edge_11_two_models_may_have_relationships_of_one_name(books):
    with pytest.raises(AttributeError, match=r"Book has no relationship Draft\.author"):
        books.query().with_(Draft.author)


async def test_a_condition_on_a_relationship_is_kept(authors, fifty):
    query = authors.query().with_(Author.books.and_(Book.title == "book 7"))
    found = await query.order_by_key().get()
    assert [[book.title for book in author.books] for author in found[6:9]] == [[], ["book 7"], []]


async def test_with_joined_brings_collections_along_once_each_in_one_query(
    authors, fifty, statements
):
    found = await authors.query().with_joined(Author.books).order_by_key().limit(2).get()
    assert [[book.title for book in author.books] for author in found] == [["book 0"], ["book 1"]]
    assert "LEFT OUTER JOIN" in statements[0]
    assert [each for each in statements if "reviews" not in each] == statements[:1]


async def test_edge_13_the_first_with_a_joined_collection_has_all_of_it(authors, books, session):
    ada = Author(name="Ada", books=[Book(title=title) for title in "abc"])
    session.add(ada)
    await session.commit()
    session.expunge_all()
    first = await authors.query().with_joined(Author.books).first_or_fail()
    assert len(first.books) == 3
    assert await authors.query().with_joined(Author.books).count() == 1


async def test_edge_25_a_part_replaces_what_was_loaded_before(authors, fifty):
    query = authors.query().order_by_key().limit(2)
    assert [len(author.books) for author in await query.with_(Author.books).get()] == [1, 1]
    part = Author.books.and_(Book.title == "book 1")
    assert [len(author.books) for author in await query.with_(part).get()] == [0, 1]


@pytest.mark.parametrize("strategy", ["with_", "with_joined"])
async def test_edge_25_a_part_leaves_everything_else_alone(engine, fifty, strategy):
    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
        query = QueryBuilder(session, Book).order_by_key().limit(2)
        first, second = await query.with_(Book.author, Book.genres).get()
        first.title = "unsaved"
        first.author.name = "unsaved too"
        part = Book.genres.and_(Genre.name == "drama")
        assert await getattr(query, strategy)(part).get() == [first, second]
        assert (first.genres, second.genres) == ([], [])
        assert (first.title, first.author.name) == ("unsaved", "unsaved too")
        assert second.author.name == "author 1"


async def test_edge_25_a_part_is_read_once_what_was_changed_on_the_whole_is_stored(engine, fifty):
    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
        query = QueryBuilder(session, Author).order_by_key().limit(1)
        author = await query.with_(Author.books).sole()
        author.books.append(Book(title="new"))
        part = Author.books.and_(Book.title == "new")
        assert [book.title for book in (await query.with_(part).sole()).books] == ["new"]


async def test_edge_25_a_part_costs_more_only_where_the_whole_is_loaded(authors, fifty, statements):
    part = Author.books.and_(Book.title == "book 7")
    await authors.query().with_(part).get()
    assert len([each for each in statements if "reviews" not in each]) == 2


async def test_edge_26_paths_can_be_nested_share_a_start_and_end_in_nothing(session):
    root = Genre(name="root", children=[Genre(name="child", children=[Genre(name="grandchild")])])
    session.add(root)
    await session.commit()
    session.expunge_all()
    query = QueryBuilder(session, Genre).with_("children.children", "children.parent", "parent")
    found = await query.with_("children.children").order_by_key().get()
    assert [genre.name for genre in found] == ["root", "child", "grandchild"]
    assert found[0].children[0].children[0] is found[2]
    assert found[0].parent is None


@pytest.mark.parametrize("strategy", ["with_", "with_joined"])
@pytest.mark.parametrize("loaded", [False, True])
@pytest.mark.parametrize("path", ["books.genres", "books", Author.books])
async def test_edge_26_paths_through_a_part_follow_it(authors, fifty, strategy, loaded, path):
    part = Author.books.and_(Book.title == "book 7")
    query = authors.query().where(Author.name.in_(["author 6", "author 7"])).order_by_key()
    for relations in ((part, path), (path, part)):
        authors.session.expunge_all()
        if loaded:
            await query.with_(Author.books).get()
        found = await getattr(query, strategy)(*relations).get()
        assert [[book.title for book in author.books] for author in found] == [[], ["book 7"]]
        if path is not Author.books and path.endswith("genres"):
            assert [genre.name for genre in found[1].books[0].genres] == ["poetry"]
        once_more = getattr(query, strategy)(relations[0])
        authors.session.expunge_all()
        found = await getattr(once_more, strategy)(relations[1]).get()
        assert [len(author.books) for author in found] == [0, 1]
