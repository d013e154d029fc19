import pytest
from bookshop import Author, Book, Genre, Review, book_genres
from sqlalchemy import func, select


async def names(query) -> list[str]:
    return sorted([record.name for record in await query.get()])


async def test_records_with_a_related_one(authors, library):
    query = authors.query()
    assert await names(query.where_has(Author.books)) == ["Ada", "Bo"]
    assert await names(query.where_doesnt_have(Author.books)) == ["Cy"]
    short = query.where_has(Author.books, lambda q: q.where(Book.title == "short"))
    assert await names(short) == ["Ada"]
    assert await short.count() == 1


async def test_edge_28_related_conditions_nest_are_grouped_and_repeat(authors, library):
    reviewed = authors.query().where_has(
        Author.books, lambda q: q.where_has(Book.reviews, lambda r: r.where(Review.stars > 4))
    )
    assert await names(reviewed) == ["Ada"]
    either = authors.query().where_has(
        Author.books,
        lambda q: q.where(Book.title == "none").or_where(Book.title == "other"),
    )
    assert await names(either) == ["Bo"]
    both = authors.query().where_has(Author.books, lambda q: q.where(Book.title == "long"))
    both = both.where_has(Author.books, lambda q: q.where(Book.title == "short"))
    assert await names(both) == ["Ada"]
    assert await names(both.or_where(Author.name == "Cy")) == ["Ada", "Cy"]


async def test_edge_28_related_conditions_lead_back_to_the_same_model(authors, library):
    query = authors.query().where_has(
        Author.books, lambda q: q.where_has(Book.author, lambda a: a.where(Author.name == "Bo"))
    )
    assert await names(query) == ["Bo"]


async def test_edge_28_many_to_many(books, genres, library):
    query = books.query().where_has(Book.genres, lambda q: q.where(Genre.name == "drama"))
    assert await query.pluck(Book.title) == ["other"]
    assert await books.query().where_doesnt_have(Book.genres).pluck(Book.title) == ["short"]
    back = genres.where_has(
        Genre.books, lambda q: q.where_has(Book.genres, lambda g: g.where(Genre.name == "drama"))
    )
    assert await names(back) == ["drama", "poetry"]


async def test_edge_28_many_to_many_there_and_back_and_there_again(genres, library):
    again = genres.where_has(
        Genre.books,
        lambda q: q.where_has(
            Book.genres, lambda q: q.where_has(Genre.books, lambda q: q.where(Book.title == "long"))
        ),
    )
    assert await names(again) == ["drama", "poetry"]


async def test_edge_28_a_table_that_refers_to_itself(genres, library):
    assert await names(genres.where_has(Genre.children)) == ["poetry", "root"]
    parents = genres.where_has(Genre.children, lambda q: q.where(Genre.name == "sonnet"))
    assert await names(parents) == ["poetry"]
    assert await names(genres.where_has(Genre.parent, lambda q: q.where(Genre.name == "root"))) == [
        "drama", "poetry",
    ]  # fmt: skip
    grandparents = genres.where_has(
        Genre.children,
        lambda q: q.where_has(Genre.children, lambda r: r.where(Genre.name == "sonnet")),
    )
    assert await names(grandparents) == ["root"]
    childless = genres.where_has(Genre.parent).where_doesnt_have(Genre.children)
    assert await names(childless) == ["drama", "sonnet"]
    assert await names(genres.has(Genre.children, ">=", 2)) == ["root"]


async def test_edge_28_subqueries_over_a_table_that_refers_to_itself_mean_all_of_it(
    genres, library
):
    named = select(Genre.id).where(Genre.name == "sonnet")
    parents = genres.where_has(Genre.children, lambda q: q.where(Genre.id.in_(named)))
    assert await names(parents) == ["poetry"]
    written = (
        select(func.count()).select_from(book_genres).where(book_genres.c.genre_id == Genre.id)
    )
    popular = genres.where_has(Genre.children, lambda q: q.where(written.scalar_subquery() == 2))
    assert await names(popular) == ["root"]


@pytest.mark.parametrize(
    "keys",
    [
        select(Book.id).join(Book.genres).where(Genre.name == "poetry"),
        select(book_genres.c.book_id).join(Genre).where(Genre.name == "poetry"),
    ],
)
async def test_edge_28_subqueries_of_subqueries_over_it_too(genres, library, keys):
    written = genres.where_has(
        Genre.children, lambda q: q.where_has(Genre.books, lambda q: q.where(Book.id.in_(keys)))
    )
    assert await names(written) == ["root"]


async def test_edge_28_joins_lead_back_to_it_too(genres, library):
    def twice(query):
        return query.join(Book.genres).group_by(Book.id).having(func.count(Genre.id) > 1)

    counted = genres.with_count(Genre.children, lambda q: q.where_has(Genre.books, twice))
    assert await counted.order_by("children_count", "desc").limit(1).pluck(Genre.name) == ["root"]


async def test_related_conditions_may_join_and_group(authors, genres, library):
    query = authors.query().where_has(
        Author.books, lambda q: q.join(Book.reviews).where(Review.stars == 3)
    )
    assert await names(query) == ["Bo"]
    parents = genres.where_has(Genre.children, lambda q: q.join(Genre.books))
    assert await names(parents) == ["root"]
    often = authors.query().where_has(
        Author.books,
        lambda q: q.join(Book.reviews).group_by(Book.id).having(func.count() > 1),
    )
    assert await names(often) == ["Ada"]


@pytest.mark.parametrize(
    ("comparison", "number", "found"),
    [
        (">=", 1, ["Ada", "Bo"]),
        (">", 0, ["Ada", "Bo"]),
        (">=", 2, ["Ada"]),
        (">", 1, ["Ada"]),
        ("=", 1, ["Bo"]),
        ("==", 0, ["Cy"]),
        ("=", 0, ["Cy"]),
        ("<", 1, ["Cy"]),
        ("<=", 0, ["Cy"]),
        ("<", 2, ["Bo", "Cy"]),
        ("<=", 1, ["Bo", "Cy"]),
        ("!=", 1, ["Ada", "Cy"]),
    ],
)
async def test_edge_30_records_by_how_many_related_ones_they_have(
    authors, library, comparison, number, found
):
    assert await names(authors.query().has(Author.books, comparison, number)) == found


async def test_edge_30_one_or_none_is_not_counted(authors, library, statements):
    assert await names(authors.query().has(Author.books)) == ["Ada", "Bo"]
    await authors.query().has(Author.books, "<", 1).get()
    assert all("EXISTS" in statement and "count" not in statement for statement in statements)
    narrowed = authors.query().has(Author.books, "=", 1, lambda q: q.where(Book.title != "short"))
    assert await names(narrowed) == ["Ada", "Bo"]
    with pytest.raises(ValueError, match="'=>' is not a comparison: use one of >= > = == != < <="):
        authors.query().has(Author.books, "=>", 1)


def test_edge_11_relationships_of_another_model_are_refused(authors):
    for step in (authors.query().where_has, authors.query().has, authors.query().with_count):
        with pytest.raises(AttributeError, match=r"Author has no relationship Book\.genres"):
            step(Book.genres)


def test_edge_11_names_and_columns_are_no_relationships(authors):
    query = authors.query()
    for step in (query.where_has, query.has, query.with_count, query.join, query.left_join):
        with pytest.raises(
            TypeError, match=r"'books' is not a relationship: use .* Author\.something"
        ):
            step("books")
        with pytest.raises(AttributeError, match=r"Author has no relationship Author\.name"):
            step(Author.name)
    with pytest.raises(TypeError, match="'books' is not a relationship"):
        authors.relation(Author(), "books")


def test_what_is_no_whole_number_of_related_records_is_refused(authors):
    with pytest.raises(TypeError, match="number must be a whole number, not '2'"):
        authors.query().has(Author.books, ">=", "2")


def test_limits_say_nothing_about_related_records(authors):
    with pytest.raises(ValueError, match="narrowed as a whole: leave limit and offset out"):
        authors.query().where_has(Author.books, lambda q: q.limit(1))


async def test_a_part_of_a_relationship_can_be_counted(authors, library):
    short = Author.books.and_(Book.title == "short")
    assert await names(authors.query().where_has(short)) == ["Ada"]


async def test_with_count_can_be_read_again(authors, books, library):
    query = authors.query().where(Author.name == "Cy").with_count(Author.books)
    cy = await query.first_or_fail()
    await books.create(Book(title="new", author_id=cy.id))
    assert cy.books_count == 0
    assert (await query.first_or_fail()).books_count == 1
    assert cy.books_count == 1
