"""Values that a column's type or the database does not take."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from bookshop import Author, Book
from sqlalchemy import JSON, MetaData, Numeric, String, literal, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import Base, BaseRepository, InvalidValue, UtcDateTime, transaction

NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # the mistake


class Colour(Enum):
    RED = "red"


class Sample(Base):
    __tablename__ = "samples"
    metadata = MetaData()

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String(20))
    number: Mapped[int | None]
    price: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code: Mapped[UUID | None]
    colour: Mapped[Colour | None]
    is_good: Mapped[bool | None]
    facts: Mapped[dict[str, object] | None] = mapped_column(JSON)
    wide: Mapped[str | None] = mapped_column(String(100_000), index=True)


class SampleRepository(BaseRepository[Sample]): ...


@pytest.fixture
async def samples(engine, session) -> AsyncIterator[SampleRepository]:
    async with engine.begin() as connection:
        await connection.run_sync(Sample.metadata.create_all)
    yield SampleRepository(session)
    await session.rollback()
    async with engine.begin() as connection:
        await connection.run_sync(Sample.metadata.drop_all)


@pytest.mark.parametrize(
    "values",
    [
        {"name": "\ud800"},
        {"name": ["a"]},
        {"number": 2**63},
        {"price": "much"},
        {"taken_at": NAIVE},
        {"taken_at": "today"},
        {"code": "x"},
        {"is_good": "yes"},
        {"facts": object()},
    ],
)
async def test_what_cannot_be_stored_is_an_invalid_value(samples, values):
    with pytest.raises(InvalidValue, match="A value is not valid for the database: "):
        await samples.create(Sample(**values))
    assert await samples.count() == 0


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"name": "a\x00b"}, "0x00"),
        ({"name": "x" * 21}, r"value too long for type character varying\(20\)"),
        ({"name": 5}, "expected str, got int"),
        ({"number": 2**31}, "value out of int32 range"),
        ({"price": Decimal(1000)}, "numeric field overflow"),
        ({"facts": {"a": float("nan")}}, "invalid input syntax for type json"),
        ({"colour": "green"}, "invalid input value for enum colour"),
        ({"wide": "".join(chr(i) for i in range(33, 50_000))}, "index row"),
    ],
)
async def test_postgres_has_limits_that_sqlite_has_not(samples, engine, values, reason):
    if engine.dialect.name == "sqlite":
        assert (await samples.create(Sample(**values))).id == 1
        return
    with pytest.raises(InvalidValue, match=reason) as caught:
        await samples.create(Sample(**values))
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value.__cause__, DBAPIError)


@pytest.mark.parametrize(
    "condition",
    [
        Author.name == "\ud800",
        Author.born == 2**63,
        Author.born.in_([2**70]),
        Book.created_at > NAIVE,
    ],
)
async def test_a_query_that_compares_with_such_a_value_is_refused_too(authors, books, condition):
    repository = books if "books" in str(condition) else authors
    with pytest.raises(InvalidValue, match="not valid for the database"):
        await repository.query().where(condition).get()
    assert await repository.count() == 0


async def test_a_transaction_goes_on_after_a_record_that_was_not_valid(samples, session):
    async with transaction(session):
        with pytest.raises(InvalidValue, match="surrogates"):
            await samples.create(Sample(name="\ud800"))
        await samples.create(Sample(taken_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert await samples.count() == 1


async def test_a_text_is_no_number_where_the_database_looks_at_types(authors, engine):
    ada = await authors.create(Author(name="Ada", born=1815))
    for query in (
        authors.query().where(Author.born == "1815"),
        authors.query().where_in(Author.born, ["1815"]),
    ):
        if engine.dialect.name == "sqlite":  # which converts a text that reads like a number
            assert await query.get() == [ada]
            continue
        with pytest.raises(InvalidValue, match=r"operator does not exist|cannot be interpreted"):
            await query.get()


async def test_a_division_by_what_is_stored_says_nothing_about_a_value(authors, engine):
    await authors.create(Author(name="Ada", born=1815))
    query = authors.query().where(Author.born / literal(0) > 1)
    if engine.dialect.name == "sqlite":
        assert await query.get() == []
        return
    with pytest.raises(DBAPIError, match="division by zero"):
        await query.get()


async def test_an_error_of_the_statement_is_none_of_a_value(authors):
    with pytest.raises(DBAPIError, match="no_such_function"):
        await authors.query().where(text("no_such_function(1)")).get()
