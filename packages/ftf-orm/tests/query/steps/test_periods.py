"""Records of a day, a month or a year."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from apart import apart
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import QueryBuilder, UtcDateTime

Apart = apart()


class Event(Apart):
    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    local: Mapped[datetime | None]
    day: Mapped[date | None]


TIMES = [
    datetime(2025, 12, 31, 23, 59, 59, 999_999),  # noqa: DTZ001  # given its zone below
    datetime(2026, 1, 1),  # noqa: DTZ001
    datetime(2026, 1, 31, 23, 30),  # noqa: DTZ001
    datetime(2026, 12, 31, 23, 59, 59, 999_999),  # noqa: DTZ001
    datetime(9999, 12, 31, 12),  # noqa: DTZ001
]


@pytest.fixture
async def events(create_tables, session) -> QueryBuilder[Event]:
    await create_tables(Apart.metadata)
    session.add_all(
        Event(at=time.replace(tzinfo=UTC), local=time, day=time.date()) for time in TIMES
    )
    session.add(Event())
    await session.commit()
    return QueryBuilder(session, Event).order_by_key()


@pytest.mark.parametrize("column", [Event.at, Event.local, Event.day], ids=str)
async def test_a_period_has_its_first_moment_and_not_the_first_of_the_next(events, column):
    assert await events.where_year(column, 2026).pluck(Event.id) == [2, 3, 4]
    assert await events.where_month(column, 2026, 1).pluck(Event.id) == [2, 3]
    assert await events.where_month(column, 2026, 12).pluck(Event.id) == [4]
    assert await events.where_date(column, date(2026, 1, 1)).pluck(Event.id) == [2]
    assert await events.where_date(column, date(2025, 12, 31)).pluck(Event.id) == [1]
    assert await events.where_year(column, 9999).pluck(Event.id) == [5]
    assert await events.where_month(column, 9999, 12).pluck(Event.id) == [5]
    assert await events.where_date(column, date.max).pluck(Event.id) == [5]


async def test_a_period_of_points_in_time_can_be_of_another_time_zone(events):
    rome = ZoneInfo("Europe/Rome")
    assert await events.where_year(Event.at, 2026, rome).pluck(Event.id) == [1, 2, 3]
    assert await events.where_month(Event.at, 2026, 2, rome).pluck(Event.id) == [3]
    assert await events.where_date(Event.at, date(2026, 1, 1), rome).pluck(Event.id) == [1, 2]


async def test_a_period_widens_no_alternative(events):
    query = events.where(Event.id == 1).where_year(Event.day, 2026)
    assert await query.or_where(Event.id == 6).pluck(Event.id) == [6]


def test_what_has_no_period_is_refused(session):
    query = QueryBuilder(session, Event)
    with pytest.raises(TypeError, match=r"Event\.id is not a column of days or points in time"):
        query.where_year(Event.id, 2026)
    for column in (Event.local, Event.day):
        with pytest.raises(ValueError, match="has no time zone: leave zone out"):
            query.where_year(column, 2026, UTC)
    with pytest.raises(ValueError, match="month must be in"):
        query.where_month(Event.at, 2026, 13)
