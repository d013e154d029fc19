"""Rows without records: by COPY on PostgreSQL if they are many, in the session's transaction."""

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID, uuid4

import pytest
from apart import apart
from bookshop import Author, Book
from sqlalchemy import (
    ARRAY,
    JSON,
    Identity,
    Integer,
    LargeBinary,
    Numeric,
    Sequence,
    String,
    TypeDecorator,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import (
    BaseRepository,
    CheckViolation,
    ColumnNotLoaded,
    DatabaseUnavailable,
    DuplicateRecord,
    InvalidValue,
    NotNullViolation,
    UtcDateTime,
    run_transaction,
    transaction,
)

FEW, MANY = 10, 1_200


@pytest.mark.parametrize("count", [0, FEW, MANY, 10_500])
async def test_edge_41_rows_are_stored_and_counted(authors, count, engine):
    rows = ({Author.name: f"author {number}", "born": None} for number in range(count))
    assert await authors.insert_many(rows) == count
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM authors")) == count
    assert await authors.query().order_by_key().limit(2).pluck(Author.name) == [
        f"author {number}" for number in range(min(count, 2))
    ]


async def test_edge_41_defaults_and_versions_are_computed(accounts):
    rows = [{"owner": f"{number}"} for number in range(MANY)]
    rows += [{"owner": f"more {number}", "amount": number} for number in range(MANY)]
    rows.append({"owner": "last", "settings": None})
    assert await accounts.insert_many(rows) == 2 * MANY + 1
    last = await accounts.query().order_by_key("desc").offset(1).first_or_fail()
    assert (last.owner, last.amount, last.twice) == (f"more {MANY - 1}", MANY - 1, 2 * MANY - 2)
    assert (last.version, last.settings, last.created_at) == (1, {}, last.updated_at)
    assert abs(datetime.now(UTC) - last.created_at) < timedelta(hours=1)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Shout(TypeDecorator[str]):
    """A text that SQL converts."""

    impl = String
    cache_ok = True

    def bind_expression(self, bindvalue):
        return func.upper(bindvalue)


@pytest.mark.parametrize("count", [FEW, MANY])
async def test_edge_41_values_of_every_type_are_stored_as_by_insert(make, count):
    class Sample(apart()):
        __tablename__ = "samples"
        id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
        uuid: Mapped[UUID]
        amount: Mapped[Decimal] = mapped_column(Numeric(10, 2))
        ratio: Mapped[float]
        on: Mapped[bool]
        day: Mapped[date]
        hour: Mapped[time]
        length: Mapped[timedelta]
        moment: Mapped[datetime] = mapped_column(UtcDateTime)
        colour: Mapped[Colour]
        data: Mapped[bytes] = mapped_column(LargeBinary)
        facts: Mapped[object] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
        tags: Mapped[list[int]] = mapped_column(JSON().with_variant(ARRAY(Integer), "postgresql"))
        label: Mapped[str] = mapped_column("Label of", default="x")

    samples = await make(Sample)
    values = {
        "uuid": uuid4(),
        "amount": Decimal("12.30"),
        "ratio": 0.5,
        "on": True,
        "day": date(2026, 1, 31),
        "hour": time(23, 59),
        "length": timedelta(days=2, seconds=1),
        "moment": datetime(2026, 1, 31, 12, tzinfo=UTC),
        "colour": Colour.BLUE,
        "data": b"\0\xff",
        "facts": {"a": [1, None, "\t\n\\"]},
        "tags": [1, 2],
    }
    assert await samples.insert_many(values for _ in range(count)) == count
    found = await samples.query().order_by_key("desc").first_or_fail()
    assert {name: getattr(found, name) for name in values} == values
    assert found.label == "x"


@pytest.mark.parametrize("count", [FEW, MANY])
async def test_edge_41_what_copy_cannot_convert_is_inserted(make, count, engine):
    class Odd(apart()):
        __tablename__ = "odds"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(Shout)

    class Even(apart()):
        __tablename__ = "evens"
        id: Mapped[int] = mapped_column(primary_key=True)
        number: Mapped[int] = mapped_column(default=func.abs(-3))
        serial: Mapped[int | None] = mapped_column(
            Sequence("serials") if engine.dialect.name == "postgresql" else Integer
        )

    odds, evens = await make(Odd), await make(Even)
    await odds.insert_many({"name": "a"} for _ in range(count))
    assert await odds.query().distinct().pluck(Odd.name) == ["A"]
    await evens.insert_many({"serial": 1} for _ in range(count))
    assert await evens.query().sum(Even.number) == 3 * count


BAD = [
    ({"name": None}, NotNullViolation, ("name",)),
    ({"email": "email 0"}, DuplicateRecord, ("email",)),
    ({"born": 2**70}, InvalidValue, ()),
    ({"name": "\ud800"}, InvalidValue, ()),
]


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(("bad", "error", "columns"), BAD)
async def test_edge_35_a_bad_row_is_a_typed_error_and_nothing_is_stored(
    authors, count, bad, error, columns
):
    rows = [{"name": f"a{n}", "email": f"email {n}", "born": 1} for n in range(count)]
    rows[count - 2] |= bad

    async def fail() -> None:
        with pytest.raises(error) as caught:
            await authors.insert_many(rows)
        assert getattr(caught.value, "columns", ()) == columns

    await fail()
    async with transaction(authors.session):
        await authors.create(Author(name="Ada"))
        await fail()
    assert await authors.query().pluck(Author.name) == ["Ada"]


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("bad", [{"email": 5}, {"born": "1"}, {"name": "a\0"}])
async def test_a_value_of_another_type_is_not_stored_on_postgresql(authors, engine, count, bad):
    rows = [{"name": f"a{n}", "email": f"email {n}", "born": 1} for n in range(count)]
    rows[count - 2] |= bad
    if engine.dialect.name == "sqlite":  # takes values of all types
        assert await authors.insert_many(rows) == count
    else:
        with pytest.raises(InvalidValue):
            await authors.insert_many(rows)


async def test_edge_35_a_check_is_named_by_copy_too(session, books, authors):
    from bookshop import Review

    ada = await authors.create(Author(name="Ada"))
    book = await books.create(Book(title="a", author_id=ada.id))
    reviews = BaseRepository(session, Review)
    with pytest.raises(CheckViolation) as caught:
        await reviews.insert_many({"stars": 9, "book_id": book.id} for _ in range(MANY))
    assert caught.value.constraint == "ck_reviews_stars"


@pytest.mark.parametrize("count", [FEW, MANY])
async def test_edge_35_what_was_read_after_rows_that_are_undone_is_read_again(
    authors, session, count
):
    async def fail() -> None:
        raise KeyError("x")

    ada = await authors.create(Author(name="Ada", born=1))
    ada.born = 2  # pending, and written before
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await authors.insert_many({"name": "a"} for _ in range(count))
            made = await authors.query().where(Author.name == "a").first_or_fail()
            await fail()
    with pytest.raises(ColumnNotLoaded):
        _ = made.name
    assert ada.born == 1
    assert await authors.count() == 1


async def test_edge_41_generators_that_fail_store_nothing(authors):
    def rows():
        yield from ({"name": "a"} for _ in range(10_001))
        raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        await authors.insert_many(rows())
    assert await authors.count() == 0


async def test_edge_47_a_copy_that_is_cancelled_stores_nothing(authors, engine):
    started = asyncio.Event()

    async def insert(count: int) -> int:
        return await authors.insert_many({"name": "a"} for _ in range(count))

    def notice(*_) -> None:  # of the statement before COPY, or of the INSERT
        started.set()

    event.listen(engine.sync_engine, "after_cursor_execute", notice)
    task = asyncio.create_task(insert(9_000))
    await started.wait()
    await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):  # SQLite may have finished
        await task
    event.remove(engine.sync_engine, "after_cursor_execute", notice)
    stored = await authors.count()
    assert stored == (9_000 if not task.cancelled() else 0)
    assert await insert(MANY) == MANY


async def test_edge_48_a_copy_whose_connection_is_lost_is_unavailable(
    authors, session, engine, monkeypatch
):
    if engine.dialect.name == "sqlite":
        return  # has no connection to lose
    driver = (await (await session.connection()).get_raw_connection()).driver_connection

    async def lose(*_, **__) -> None:
        driver.terminate()
        await driver.execute("SELECT 1")

    monkeypatch.setattr(type(driver), "copy_records_to_table", lose)
    with pytest.raises(DatabaseUnavailable):
        await authors.insert_many({"name": "a"} for _ in range(MANY))
    monkeypatch.undo()
    assert await authors.insert_many({"name": "a"} for _ in range(MANY)) == MANY


async def test_edge_38_a_copy_is_run_again_with_its_transaction(authors, session):
    ada = await authors.create(Author(name="Ada"))

    async def work(_) -> None:
        await authors.insert_many({"name": "a"} for _ in range(MANY))

    await run_transaction(session, work)
    assert ada.id
    assert await authors.count() == MANY + 1
