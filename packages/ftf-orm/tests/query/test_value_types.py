"""Values of types that the databases treat differently."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import (
    JSON,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    Interval,
    MetaData,
    TypeDecorator,
    and_,
    func,
    literal,
    not_,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.orm import Base, BaseRepository, InvalidArgument, QueryBuilder, Timestamps


class Cents(TypeDecorator):
    """An amount of money, stored in hundredths."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value, _):
        return None if value is None else int(value * 100)

    def process_result_value(self, value, _):
        return None if value is None else Decimal(value) / 100


class Percent(TypeDecorator):
    """A share, stored as a fraction."""

    impl = Float
    cache_ok = True

    def process_result_value(self, value, _):
        return None if value is None else value * 100


class Halved(TypeDecorator):
    """A number of which nothing is converted when it is read."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value, _):
        return value // 2


class Priced(Base):
    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)


class Basket(Priced):
    __tablename__ = "baskets"

    id: Mapped[int] = mapped_column(primary_key=True)
    prices: Mapped[list["Price"]] = relationship()


class Price(Timestamps, Priced):
    __tablename__ = "prices"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(Cents)
    share: Mapped[float] = mapped_column(Percent)
    halved: Mapped[int] = mapped_column(Halved)
    lasts: Mapped[timedelta] = mapped_column(Interval)
    at: Mapped[datetime] = mapped_column(DateTime)
    day: Mapped[date]
    tags: Mapped[object] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    basket_id: Mapped[int] = mapped_column(ForeignKey("baskets.id"))


class Prices(BaseRepository[Price]): ...


LABELS = ["100%", r"a\b", "a%b", "axb"]
MIDNIGHT = datetime(2026, 1, 1)  # noqa: DTZ001  # the column has no time zone


@pytest.fixture
async def prices(create_tables, session) -> Prices:
    await create_tables(Priced.metadata)
    basket = Basket()
    for number, label in enumerate(LABELS, start=1):
        basket.prices.append(
            Price(
                label=label,
                amount=Decimal(number),
                share=number / 4,
                halved=number * 4,
                lasts=timedelta(hours=number),
                at=MIDNIGHT + timedelta(days=number - 1),
                day=date(2026, 1, number),
                tags={"n": number},
            )
        )
    session.add(basket)
    await session.commit()
    session.expunge_all()
    return Prices(session)


async def test_sums_and_averages_are_what_the_type_makes_of_them(session, prices):
    query = prices.query()
    assert await query.sum(Price.amount) == Decimal(10)
    assert await query.avg(Price.amount) == 2.5
    assert isinstance(await query.avg(Price.amount), float)
    assert await query.where(Price.id < 0).avg(Price.amount) is None
    assert await query.avg(Price.share) == 62.5
    assert await query.avg(Price.halved) == 5
    basket = QueryBuilder(session, Basket).with_avg(Basket.prices, Price.amount)
    assert (await basket.first()).prices_avg_amount == 2.5


async def test_lengths_of_time_are_added_up_where_the_database_knows_them(prices, database_url):
    query = prices.query()
    if "postgres" in database_url:
        assert await query.sum(Price.lasts) == timedelta(hours=10)
    else:
        with pytest.raises(TypeError, match=r"Price\.lasts is stored as DATETIME\(\) on sqlite"):
            await query.sum(Price.lasts)
    with pytest.raises(TypeError, match=r"Price\.lasts is "):
        await query.avg(Price.lasts)
    assert await query.max(Price.lasts) == timedelta(hours=4)


@pytest.mark.parametrize("column", [Price.label, Price.at, Price.created_at, Price.day, Price.tags])
async def test_what_is_not_a_number_is_not_added_up(session, column):
    query, baskets = QueryBuilder(session, Price), QueryBuilder(session, Basket)
    for ask in (query.sum, query.avg):
        with pytest.raises(TypeError, match="which is not a number: add up a column with numbers"):
            await ask(column)
    for step in (baskets.with_sum, baskets.with_avg):
        with pytest.raises(TypeError, match="which is not a number: add up a column with numbers"):
            step(Basket.prices, column)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"100\%", ["100%"]),
        (r"a\%b", ["a%b"]),
        (r"a\\b", [r"a\b"]),
        ("a_b", [r"a\b", "a%b", "axb"]),
        (r"a\\%", [r"a\b"]),
    ],
)
async def test_a_backslash_means_the_same_on_every_database(prices, pattern, found):
    query = prices.query().where_like(Price.label, pattern)
    assert await query.order_by_key().pluck(Price.label) == sorted(found, key=LABELS.index)


def test_a_pattern_that_ends_in_a_backslash_is_refused(session):
    with pytest.raises(InvalidArgument, match="ends in a backslash: double it to find one"):
        QueryBuilder(session, Price).where_like(Price.label, "a\\")


DAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    "condition",
    [
        Price.at <= DAY,
        Price.at >= DAY,
        literal(DAY) == Price.at,
        Price.at.between(MIDNIGHT, DAY),
        Price.at.in_([DAY]),
        not_(and_(Price.id > 0, or_(Price.at == DAY, Price.id < 0))),
        Price.created_at == DAY,
    ],
    ids=str,
)
def test_days_are_not_compared_with_points_in_time(session, condition):
    with pytest.raises(TypeError, match=r"datetime\.date\(2026, 1, 1\), a day: use a datetime"):
        QueryBuilder(session, Price).where(condition)


async def test_days_are_compared_with_days(prices):
    query = prices.query()
    assert await query.where(Price.day <= DAY).count() == 1
    assert await query.where(Price.at <= MIDNIGHT, Price.day.in_([DAY])).count() == 1
    assert await query.where(func.coalesce(Price.amount, 0) > 0, Price.day == DAY).count() == 1


async def test_values_without_a_hash_can_be_looked_for(prices):
    query = prices.query()
    found = query.where_in(Price.tags, [{"n": 1}, {"n": 3}, {"n": 1}])
    assert await found.order_by_key().pluck(Price.label) == ["100%", "a%b"]
    assert await query.where_not_in(Price.tags, [{"n": 1}]).count() == 3
