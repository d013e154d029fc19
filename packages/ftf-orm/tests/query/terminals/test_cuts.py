"""A limit and an offset mean the same to every terminal: what `get` delivers."""

import pytest
from bookshop import Author, Book
from sqlalchemy import func

from ftf.orm import RecordNotFound


@pytest.fixture
async def three(authors) -> None:
    """Ada has two books, Bo one, Cy none; Ada and Bo are of one year."""
    for name, born, titles in (("Ada", 1, "ab"), ("Bo", 1, "c"), ("Cy", 4, "")):
        await authors.create(
            Author(name=name, born=born, books=[Book(title=title) for title in titles])
        )


CUTS = [
    (lambda q: q.limit(2), ["Ada", "Bo"]),
    (lambda q: q.offset(1), ["Bo", "Cy"]),
    (lambda q: q.offset(1).limit(1), ["Bo"]),
    (lambda q: q.limit(0), []),
    (lambda q: q.offset(3), []),
    (lambda q: q.paginate(page=2, per_page=2), ["Cy"]),
    (lambda q: q.paginate(page=3, per_page=2), []),
]


@pytest.mark.parametrize(("cut", "found"), CUTS)
async def test_every_terminal_is_about_what_is_delivered(authors, three, cut, found):
    query = cut(authors.query().order_by_key())
    born = {"Ada": 1, "Bo": 1, "Cy": 4}
    values = [born[name] for name in found]
    assert [author.name for author in await query.get()] == found
    assert await query.pluck(Author.name) == found
    assert await query.count() == len(found)
    assert await query.exists() == bool(found)
    assert await query.sum(Author.born) == (sum(values) if values else None)
    assert await query.avg(Author.born) == (sum(values) / len(values) if values else None)
    assert await query.min(Author.born) == min(values, default=None)
    assert await query.max(Author.born) == max(values, default=None)
    assert await query.value(Author.name) == next(iter(found), None)
    assert getattr(await query.first(), "name", None) == next(iter(found), None)
    assert await authors.query().where_in(Author.id, query).count() == len(found)


async def test_a_sum_is_of_the_records_that_come_first_in_the_order(authors, three):
    query = authors.query().latest().limit(1)
    assert await query.sum(Author.born) == 4
    assert await query.reorder().oldest().limit(1).sum(Author.born) == 1


async def test_joined_records_are_cut_as_records_and_joined_values_as_values(authors, three):
    query = authors.query().join(Author.books).order_by_key()
    assert await query.limit(2).count() == 2
    assert await query.limit(2).sum(Author.born) == 2
    assert await query.offset(1).count() == 1
    assert not await query.offset(2).exists()
    assert await query.order_by(Book.title).limit(2).max(Book.title) == "b"


async def test_groups_are_cut_too(books, three):
    groups = books.query().group_by(Book.author_id)
    assert await groups.limit(1).count() == 1
    assert await groups.offset(1).count() == 1
    assert not await groups.offset(2).exists()


async def test_distinct_values_are_added_up_once(authors, three):
    query = authors.query().distinct()
    assert await query.sum(Author.born) == 5
    assert await query.order_by(Author.name).sum(Author.born) == 5
    assert await query.order_by(Author.born, "desc").limit(1).sum(Author.born) == 4
    with pytest.raises(ValueError, match=r"distinct values of Author\.born cannot be sorted by"):
        await query.order_by(Author.name).limit(1).sum(Author.born)


async def test_a_page_of_a_part_is_refused(authors):
    for query in (authors.query().limit(3), authors.query().offset(3)):
        with pytest.raises(ValueError, match=r"leave limit\(\) and offset\(\) out"):
            query.paginate(per_page=5)


async def test_a_number_locks_nothing(authors, three):
    query = authors.query().lock_for_update()
    for ask in (query.count, query.exists, lambda: query.sum(Author.born)):
        with pytest.raises(ValueError, match=r"a number locks no record: leave lock_for_update"):
            await ask()
    page = await query.paginate(page=1, per_page=2)
    assert (len(page.items), page.total) == (2, 3)
    assert (await query.paginate().paginate(page=2, per_page=2)).items[0].name == "Cy"


async def test_equal_records_come_by_the_key_in_the_direction_of_the_order(authors, three):
    newest = authors.query().order_by(Author.born, "desc")
    assert (await newest.where(Author.born == 1).first()).name == "Bo"
    assert await newest.pluck(Author.name) == ["Cy", "Bo", "Ada"]
    assert [author.name for author in await newest.get()] == ["Cy", "Bo", "Ada"]
    assert (await newest.paginate(page=2, per_page=1)).items[0].name == "Bo"
    assert await newest.offset(1).value(Author.name) == "Bo"
    assert await authors.query().order_by(Author.born).pluck(Author.name) == ["Ada", "Bo", "Cy"]
    last = authors.query().order_by(Author.name).order_by(Author.born.desc().nulls_last())
    assert last.to_sql().endswith(
        "ORDER BY authors.name, authors.born DESC NULLS LAST, authors.id DESC"
    )


async def test_latest_is_the_last_one_stored_of_equal_times(books, three):
    created_at = await books.query().value(Book.created_at)
    for book in await books.query().get():
        book.created_at = created_at
        await books.update(book)
    assert (await books.query().latest().first()).title == "c"
    assert (await books.query().oldest().first()).title == "a"


def test_an_order_by_the_key_is_left_alone(authors):
    query = authors.query()
    for sorted_by in (
        query.order_by_key("desc"),
        query.order_by(Author.id, "desc"),
        query.latest(),
    ):
        assert sorted_by.to_sql().endswith("ORDER BY authors.id DESC")
    random = query.order_by(func.random())
    assert random.to_sql().endswith("ORDER BY random(), authors.id")


async def test_nothing_within_no_limit_is_found(authors, three):
    with pytest.raises(RecordNotFound, match="Author not found"):
        await authors.query().limit(0).first_or_fail()
