from decimal import Decimal

import pytest
from bookshop import Author, Book, Review
from sqlalchemy import Numeric, cast, func
from sqlalchemy.orm import aliased

from ftf.orm import MultipleRecordsFound, QueryBuilder, RecordNotFound


@pytest.fixture
async def library(session) -> None:
    """Ada has three books, Bo one and Cy none; the first book has reviews of 1 to 3 stars."""
    for name, born, titles in (("Ada", 1815, "abc"), ("Bo", 1950, "d"), ("Cy", None, "")):
        books = [Book(title=title) for title in titles]
        session.add(Author(name=name, born=born, books=books))
        await session.flush()
    first = await QueryBuilder(session, Book).first_or_fail()
    session.add_all(Review(stars=stars, book_id=first.id) for stars in (1, 2, 3))
    await session.commit()
    session.expunge_all()


def names(query):
    return query.pluck(Author.name)


async def test_values_come_in_order_and_within_limits(authors, library):
    query = authors.query().order_by(Author.name, "desc")
    assert await names(query.limit(2)) == ["Cy", "Bo"]
    assert await names(query.offset(1).limit(1)) == ["Bo"]
    assert await query.limit(1).pluck(func.lower(Author.name)) == ["cy"]


async def test_distinct_values_come_once(books, library):
    query = books.query().distinct().order_by(Book.author_id, "desc")
    assert len(await query.pluck(Book.author_id)) == 2
    assert await query.count() == 4
    with pytest.raises(ValueError, match=r"distinct values of Book\.title cannot be sorted by"):
        await query.pluck(Book.title)
    assert await query.value(Book.author_id) == max(await books.query().pluck(Book.author_id))


async def test_distinct_values_may_be_sorted_in_either_direction(authors, library):
    born = authors.query().distinct()
    by = Author.born.desc().nulls_last()
    assert await born.order_by(by).pluck(Author.born) == [1950, 1815, None]
    assert await born.order_by(Author.born.nulls_first()).pluck(Author.born) == [None, 1815, 1950]
    with pytest.raises(ValueError, match=r"distinct values of Author\.born cannot be sorted by"):
        await born.order_by(-Author.born).pluck(Author.born)


async def test_the_only_record(authors, library):
    assert (await authors.query().where(Author.name == "Bo").sole()).name == "Bo"
    with pytest.raises(RecordNotFound, match="Author not found"):
        await authors.query().where(Author.name == "Eve").sole()
    with pytest.raises(MultipleRecordsFound, match="More than one Author found") as caught:
        await authors.query().sole()
    assert caught.value.model is Author
    assert (await authors.query().order_by_key().limit(1).sole()).name == "Ada"
    with pytest.raises(RecordNotFound, match="Author not found"):
        await authors.query().limit(0).sole()


async def test_the_value_of_the_first_record(authors, library):
    assert await authors.query().value(Author.name) == "Ada"
    assert await authors.query().latest().limit(5).value(Author.name) == "Cy"
    assert await authors.query().where(Author.name == "Eve").value(Author.name) is None


async def test_records_come_in_the_order_of_their_keys_asked_for(authors, library):
    keys = await authors.query().order_by_key().pluck(Author.id)
    found = await authors.find_many([keys[2], 999, keys[0], keys[2]])
    assert [author.name for author in found] == ["Cy", "Ada"]
    assert await authors.find_many([]) == []
    assert await authors.exists(keys[0])
    assert not await authors.exists(999)


async def test_what_is_no_column_is_refused(authors):
    query = authors.query()
    with pytest.raises(TypeError, match="'name' is not a SQL expression: use a column, such as"):
        await query.pluck("name")
    for ask in (query.pluck, query.value, query.max):
        with pytest.raises(TypeError, match=r"Author\.books is a relationship, not a column"):
            await ask(Author.books)
    for step in (query.order_by, query.where_null, query.where_not_null, query.group_by):
        with pytest.raises(TypeError, match=r"Author\.books is a relationship, .* with_count\(\)"):
            step(Author.books)


async def test_values_are_worked_out_over_all_records(authors, session, library):
    query = authors.query()
    assert await query.max(Author.born) == 1950
    assert await query.min(Author.name) == "Ada"
    assert await query.sum(Author.born) == 3765
    assert isinstance(await query.sum(Author.born), int)
    assert await query.avg(Author.born) == 1882.5
    assert isinstance(await query.avg(Author.born), float)
    nobody = query.where(Author.name == "Eve")
    results = [await getattr(nobody, verb)(Author.born) for verb in ("sum", "avg", "min", "max")]
    assert results == [None] * 4


async def test_a_sum_is_of_the_type_of_its_column(session, library):
    query = QueryBuilder(session, Review)
    assert await query.sum(Review.stars * 400_000_000) == 2_400_000_000
    assert isinstance(await query.sum(cast(Review.stars, Numeric(8, 2))), Decimal)


async def test_edge_15_a_joined_record_is_counted_and_delivered_once(authors, library):
    query = authors.query().join(Author.books).order_by(Author.name)
    assert [author.name for author in await query.get()] == ["Ada", "Bo"]
    assert await query.count() == 2
    assert await names(query) == ["Ada", "Bo"]
    assert await query.sum(Author.born) == 3765
    assert await authors.query().left_join(Author.books).count() == 3


async def test_edge_16_a_joined_record_is_on_one_page_only(authors, library):
    query = authors.query().join(Author.books)
    assert [author.name for author in await query.limit(2).get()] == ["Ada", "Bo"]
    page = await query.paginate(page=2, per_page=1)
    assert ([author.name for author in page.items], page.total) == (["Bo"], 2)


async def test_values_of_a_joined_model_come_once_for_each_match(authors, library):
    query = authors.query().join(Author.books, Book.reviews).where(Review.stars > 1)
    assert await query.pluck(Review.stars) in ([2, 3], [3, 2])
    assert await query.sum(Review.stars) == 5
    assert await query.order_by(Review.stars, "desc").value(Book.title) == "a"
    assert await query.exists()
    assert not await query.where(Review.stars > 5).exists()


async def test_one_related_record_can_be_sorted_by(books, library):
    query = books.query().join(Book.author).where(Author.born > 1800)
    query = query.order_by(Author.name, "desc").order_by(Book.title)
    assert await query.pluck(Book.title) == ["d", "a", "b", "c"]
    assert [book.title for book in await query.limit(2).get()] == ["d", "a"]
    with_reviews = query.join(Book.reviews)
    assert [book.title for book in await with_reviews.get()] == ["a"]


async def test_many_related_records_cannot_be_sorted_by(authors, library):
    query = authors.query().join(Author.books).order_by(Book.title)
    with pytest.raises(ValueError, match=r"a record has several .*: sort by one of them, such as"):
        await query.get()
    by_last = authors.query().with_max(Author.books, Book.title, alias="last")
    found = await by_last.order_by("last", "desc").where_has(Author.books).get()
    assert [author.name for author in found] == ["Bo", "Ada"]


async def test_joins_go_where_they_can(authors, books, library):
    with pytest.raises(ValueError, match=r"Book\.reviews starts at a model that is not queried"):
        authors.query().join(Book.reviews)
    with pytest.raises(ValueError, match=r"queried already: alias it, as in .*aliased\(Author\)"):
        authors.query().join(Author.books, Book.author)
    other = aliased(Author)
    query = authors.query().join(Author.books, Book.author.of_type(other))
    assert await query.where(other.name == "Bo").pluck(Author.name) == ["Bo"]


async def test_edge_15_groups_are_counted_and_delivered_once(authors, books, library):
    query = authors.query().join(Author.books).group_by(Author.id).having(func.count(Book.id) > 1)
    assert [author.name for author in await query.get()] == ["Ada"]
    assert await query.count() == 1
    assert await query.exists()
    assert (await query.first()).name == "Ada"
    page = await query.paginate(per_page=1)
    assert (page.total, len(page.items)) == (1, 1)
    by_author = books.query().group_by(Book.author_id)
    assert await by_author.count() == 2
    assert sorted(await by_author.pluck(func.count())) == [1, 3]
    with pytest.raises(ValueError, match=r"a value for each group: use pluck\(\)"):
        await by_author.max(Book.id)


async def test_edge_17_the_count_heeds_neither_order_nor_eager_loads(authors, library, statements):
    query = authors.query().latest().with_(Author.books).with_count(Author.books)
    assert await query.count() == 3
    assert statements == ["SELECT count(*) AS count_1 \nFROM authors"]


async def test_the_order_can_be_forgotten(authors, library):
    assert await names(authors.query().latest().reorder().order_by(Author.name)) == [
        "Ada", "Bo", "Cy",
    ]  # fmt: skip


async def test_records_can_be_read_again(authors, library, engine):
    ada = await authors.query().first_or_fail()
    async with engine.begin() as connection:
        await connection.execute(Author.__table__.update().values(name="Eve"))
    assert (await authors.query().first_or_fail()).name == "Ada"
    assert await authors.refresh(ada) is ada
    assert ada.name == "Eve"
    async with engine.begin() as connection:
        await connection.execute(Book.__table__.delete())
        await connection.execute(Author.__table__.delete())
    with pytest.raises(RecordNotFound, match="Author not found"):
        await authors.refresh(ada)
