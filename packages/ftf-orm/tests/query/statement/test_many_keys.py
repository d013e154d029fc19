"""Lists of values that are longer than a statement takes parameters."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from apart import apart
from bookshop import Author
from sqlalchemy import ForeignKeyConstraint, String, TypeDecorator, func, insert
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.orm import BaseRepository, QueryBuilder, UtcDateTime

START = datetime(2026, 1, 1, tzinfo=UTC)


Apart = apart()


class Lower(TypeDecorator[str]):
    """Text that the database makes lower case."""

    impl = String
    cache_ok = True

    def bind_expression(self, value):
        return func.lower(value)


class Thing(Apart):
    __tablename__ = "things"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    price: Mapped[Decimal]
    weight: Mapped[float]
    code: Mapped[str] = mapped_column(Lower)
    blob: Mapped[bytes]


class Seat(Apart):
    __tablename__ = "seats"

    row: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)

    tickets: Mapped[list["Ticket"]] = relationship()


class Ticket(Apart):
    __tablename__ = "tickets"
    __table_args__ = (ForeignKeyConstraint(["row", "number"], ["seats.row", "seats.number"]),)

    id: Mapped[int] = mapped_column(primary_key=True)
    row: Mapped[str]
    number: Mapped[int]


class SeatRepository(BaseRepository[Seat]): ...


@pytest.fixture
async def tables(engine) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Apart.metadata.drop_all)  # what a killed run may have left
        await connection.run_sync(Apart.metadata.create_all)
    yield
    async with engine.begin() as connection:
        await connection.run_sync(Apart.metadata.drop_all)


@pytest.mark.slow
async def test_300_000_keys_are_found(authors):
    ada = await authors.create(Author(name="Ada"))
    assert await authors.find_many(range(300_000)) == [ada]
    assert await authors.query().where_not_in(Author.id, range(300_000)).count() == 0


async def test_many_keys_of_many_columns_are_found(tables, session):
    keys = [("a", number) for number in range(20_000)]
    await session.execute(insert(Seat), [{"row": row, "number": number} for row, number in keys])
    session.add(Ticket(row="a", number=7))
    await session.commit()
    seats = SeatRepository(session)
    found = await seats.find_many([*keys, ("b", 1)])
    assert [(seat.row, seat.number) for seat in found] == keys
    await seats.load(found, Seat.tickets)
    assert [seat.number for seat in found if seat.tickets] == [7]


def _thing(number: int) -> Thing:
    return Thing(
        id=UUID(int=number),
        day=START.date() + timedelta(number),
        at=START + timedelta(0, number),
        price=Decimal(number) / 4,
        weight=number / 10,
        code=f"x{number}",
        blob=bytes([number, 0]),
    )


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (Thing.id, [UUID(int=number) for number in range(2_000)]),
        (Thing.day, [START.date() + timedelta(number) for number in range(2_000)]),
        (Thing.at, [START + timedelta(0, number) for number in range(2_000)]),
        (Thing.price, [Decimal(number) / 4 for number in range(2_000)]),
        (Thing.weight, [number / 10 for number in range(2_000)]),
        (Thing.code, [f"X{number}" for number in range(2_000)]),
        (Thing.blob, [bytes([number % 256, number // 256]) for number in range(2_000)]),
    ],
)
async def test_many_values_of_each_type_are_found(tables, session, column, values):
    three, five = _thing(3), _thing(5)
    session.add_all([three, five])
    await session.commit()
    query = QueryBuilder(session, Thing).order_by(Thing.day)
    assert await query.where_in(column, values).get() == [three, five]
    assert await query.where_in(column, values[4:]).get() == [five]
    assert await query.where_not_in(column, values[4:]).get() == [three]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_many_texts_with_a_nul_are_other_texts(authors):
    await authors.create(Author(name="a"))
    many = [f"a\0{number}" for number in range(2_000)]
    assert await authors.query().where_in(Author.name, many).count() == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_many_values_of_another_type_fail_like_few(tables, session):
    query = QueryBuilder(session, Thing)
    for many in (["x"], ["x"] + [UUID(int=number) for number in range(2_000)]):
        with pytest.raises(Exception, match="'str' object has no attribute 'hex'"):  # whichever
            await query.where_in(Thing.id, many).get()


async def test_many_values_are_written_in_sql(authors):
    query = authors.query().where_in(Author.name, [f"it's {number}" for number in range(2_000)])
    assert "it''s 1999" in query.to_sql(literals=True)
