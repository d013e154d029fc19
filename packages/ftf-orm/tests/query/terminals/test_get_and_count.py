"""Records, and how many there are without the limit: in one statement, as `get` and `count`."""

from itertools import product

import pytest
from bookshop import Author, Book


@pytest.fixture
async def three(authors) -> None:
    """Ada has two books, Bo one, Cy none."""
    for name, titles in (("Ada", "ab"), ("Bo", "c"), ("Cy", "")):
        await authors.create(Author(name=name, books=[Book(title=title) for title in titles]))


QUERIES = [
    lambda q: q,
    lambda q: q.where(Author.name != "Bo"),
    lambda q: q.where_has(Author.books, lambda books: books.where(Book.title != "a")),
    lambda q: q.join(Author.books).where(Book.title != "c"),
    lambda q: q.join(Author.books).distinct(),
    lambda q: q.with_(Author.books),
    lambda q: q.with_joined(Author.books),
    lambda q: q.with_count(Author.books).order_by("books_count"),
    lambda q: q.lock_for_update(),
    lambda q: q.union(q.where(Author.name == "Ada")),
    lambda q: q.where(Author.name == "Dee"),
]


@pytest.mark.parametrize("narrow", QUERIES)
async def test_it_finds_what_get_and_count_find(authors, three, narrow):
    whole = narrow(authors.query()).order_by_key()
    everyone = await whole.get()
    for offset, end in product((0, 1, 9), (0, 1, 2, 9, None)):
        query = whole.offset(offset) if end is None else whole.offset(offset).limit(end)
        found, number = await query.get_and_count()
        assert found == everyone[offset:][:end]
        assert number == len(everyone)


async def test_the_records_have_their_relations_and_values(authors, session, three):
    session.expunge_all()
    query = authors.query().order_by_key().with_(Author.books).with_count(Author.books).limit(1)
    (ada,), number = await query.get_and_count()
    assert ([book.title for book in ada.books], ada.books_count, number) == (["a", "b"], 2, 3)


@pytest.mark.parametrize(
    ("cut", "number"),
    [
        (lambda q: q, 1),
        (lambda q: q.limit(2), 1),
        (lambda q: q.limit(2).offset(2), 1),
        (lambda q: q.limit(2).where(Author.name == "Dee"), 1),
        (lambda q: q.limit(2).offset(3), 2),
        (lambda q: q.limit(0), 2),
    ],
)
async def test_a_second_statement_is_for_what_lies_behind_the_end(
    authors, three, statements, cut, number
):
    await cut(authors.query().order_by_key()).get_and_count()
    assert len(statements) == number


async def test_a_page_is_counted_within_its_query_alone(authors, three):
    page = authors.query().where(Author.name > "Ada").order_by_key().paginate(page=2, per_page=1)
    (cy,), number = await page.get_and_count()
    assert (cy.name, number) == ("Cy", 2)
