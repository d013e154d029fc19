import pickle

import pytest
from bookshop import Author, Book
from sqlalchemy import func

from ftf.orm import InvalidArgument, InvalidValue, RecordNotFound


@pytest.fixture
async def people(authors) -> dict[str, Author]:
    made = [
        Author(name="Ada", born=1815),
        Author(name="Bo", born=1950),
        Author(name="Cy", born=1990),
        Author(name="Di"),
    ]
    return {author.name: await authors.create(author) for author in made}


async def names(query) -> list[str]:
    return [author.name for author in await query.get()]


async def test_conditions_are_all_met(authors, people):
    query = authors.query().where(Author.born > 1900, Author.born < 1980)
    assert await names(query.where(Author.name != "Cy")) == ["Bo"]


async def test_edge_2_or_adds_to_everything_before_it(authors, people):
    query = authors.query().where(Author.born > 1900).where(Author.name == "Bo")
    query = query.or_where(Author.name == "Ada", Author.name == "Cy").order_by(Author.id)
    assert await names(query) == ["Ada", "Bo", "Cy"]
    assert await names(query.where(Author.born < 1980)) == ["Ada", "Bo"]


async def test_edge_4_or_can_come_first_and_nothing_asks_for_nothing(authors, people):
    assert await names(authors.query().or_where(Author.name == "Ada")) == ["Ada"]
    asked_nothing = authors.query().where().or_where()
    assert str(asked_nothing.statement()) == str(authors.query().statement())


async def test_edge_1_a_step_leaves_the_query_it_came_from_as_it_was(authors, people):
    base = authors.query().where(Author.born > 1900)
    before = str(base.statement())
    base.where(Author.name == "Bo").order_by(Author.name).limit(1).offset(1).with_(Author.books)
    assert str(base.statement()) == before
    assert (await base.count(), await base.count()) == (2, 2)


async def test_records_are_sorted(authors, people):
    query = authors.query().where(Author.born.is_not(None))
    assert await names(query.order_by(Author.born, "desc")) == ["Cy", "Bo", "Ada"]
    shortest = query.order_by(func.length(Author.name)).order_by(Author.name, "desc")
    assert await names(shortest) == ["Cy", "Bo", "Ada"]


async def test_an_expression_with_a_direction_keeps_it(authors, people):
    known = authors.query().where(Author.born.is_not(None))
    assert await names(known.order_by(Author.born.desc())) == ["Cy", "Bo", "Ada"]
    assert await names(known.order_by(-Author.born)) == ["Cy", "Bo", "Ada"]
    newest_last = authors.query().order_by(Author.born.asc().nulls_last())
    assert await names(newest_last) == ["Ada", "Bo", "Cy", "Di"]


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (Author.born.nulls_last(), ["Cy", "Bo", "Ada", "Di"]),
        (Author.born.nulls_first(), ["Di", "Cy", "Bo", "Ada"]),
        (Author.born.asc().nulls_last(), ["Ada", "Bo", "Cy", "Di"]),
        (Author.born.desc().nulls_first(), ["Di", "Cy", "Bo", "Ada"]),
    ],
    ids=str,
)
async def test_edge_12_missing_values_stay_where_they_are_put(authors, people, column, found):
    assert await names(authors.query().order_by(column, "desc")) == found


@pytest.mark.parametrize("direction", ["DESC", "ASC", "up", "", None])
def test_edge_12_an_unknown_direction_is_refused(authors, direction):
    message = f"{direction!r} is not a direction: use 'asc' or 'desc'"
    with pytest.raises(InvalidArgument, match=message):
        authors.query().order_by(Author.name, direction)
    with pytest.raises(InvalidArgument, match=message):
        authors.query().order_by_key(direction)


@pytest.mark.parametrize("second", [Author.id, Author.id.desc(), func.lower(Author.name)])
def test_a_second_column_is_a_mistake_of_the_program_not_of_a_client(authors, second):
    with pytest.raises(TypeError, match=r"not .*: sort by a second column with another .order_by"):
        authors.query().order_by(Author.name, second)


async def test_the_newest_come_first_by_a_column_or_the_key(authors, people):
    assert await names(authors.query().latest()) == ["Di", "Cy", "Bo", "Ada"]
    assert await names(authors.query().oldest().limit(2)) == ["Ada", "Bo"]
    known = authors.query().where(Author.born.is_not(None))
    assert await names(known.oldest(Author.born)) == ["Ada", "Bo", "Cy"]


async def test_the_newest_come_first_by_the_time_of_creation(books, people):
    made = [await books.create(Book(title=name, author=people["Ada"])) for name in "ab"]
    made[0].created_at = made[1].created_at.replace(year=3000)
    await books.update(made[0])
    assert [book.title for book in await books.query().latest().get()] == ["a", "b"]


async def test_limit_and_offset_cut(authors, people):
    query = authors.query().order_by(Author.id)
    assert await names(query.offset(1).limit(2)) == ["Bo", "Cy"]
    assert await names(query.limit(0)) == []


def test_edge_12_negative_numbers_are_refused(authors):
    for step in (authors.query().limit, authors.query().offset):
        with pytest.raises(InvalidArgument, match=f"{step.__name__} must be at least 0, not -1"):
            step(-1)


async def test_numbers_that_no_database_can_count_are_refused(authors):
    for step in (authors.query().limit, authors.query().offset):
        with pytest.raises(InvalidValue, match="value is not valid for the database"):
            await step(2**63).get()


def test_an_invalid_argument_can_be_pickled():
    error = pickle.loads(pickle.dumps(InvalidArgument("page", "page is odd")))  # noqa: S301  # ours
    assert (error.argument, error.reason, str(error)) == ("page", "page is odd", "page is odd")


@pytest.mark.parametrize("number", ["2", 1.5, None, True])
def test_edge_12_what_is_no_whole_number_is_refused(authors, number):
    for step in (authors.query().limit, authors.query().offset):
        with pytest.raises(TypeError, match=f"{step.__name__} must be a whole number, not "):
            step(number)


async def test_edge_13_the_first_record_is_the_first_by_key_unless_sorted(authors, people):
    assert await authors.query().first() is people["Ada"]
    assert await authors.query().order_by(Author.name, "desc").first() is people["Di"]
    assert await authors.query().offset(1).first() is people["Bo"]
    assert await authors.query().where(Author.name == "Ed").first() is None
    assert await authors.query().limit(0).first() is None
    assert await authors.query().limit(2).first() is people["Ada"]


async def test_edge_13_the_key_decides_between_first_records(authors, statements):
    await authors.query().order_by(Author.born).first()
    assert "ORDER BY authors.born, authors.id" in statements[-1]


async def test_a_first_record_that_is_missing_is_named(authors):
    with pytest.raises(RecordNotFound, match=r"^Author not found$"):
        await authors.query().first_or_fail()


async def test_counting_heeds_conditions(authors, people):
    assert await authors.query().where(Author.born > 1900).order_by(Author.name).count() == 2


async def test_existence_is_not_counted(authors, people, statements):
    assert await authors.query().where(Author.name == "Ada").exists()
    assert not await authors.query().where(Author.name == "Ed").exists()
    assert all("EXISTS" in statement and "count" not in statement for statement in statements)
