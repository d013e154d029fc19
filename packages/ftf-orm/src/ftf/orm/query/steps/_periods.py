"""The steps that keep records of a day, a month or a year."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self

from sqlalchemy import Date, DateTime, SQLColumnExpression, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

from ..statement._base import Query
from ..statement._expressions import element

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Periods[T: DeclarativeBase](Query[T]):
    """The steps that keep records of a day, a month or a year.

    Each compares the column with two bounds, so that an index is of use, and both databases agree
    on time zones. For all of them: `zone` is the time zone whose midnight begins the period, UTC
    if it is left out, and only for columns with a time zone; a column of something else is a
    `TypeError`, and a date that does not exist a `ValueError`.
    """

    def where_date(
        self, column: SQLColumnExpression[date | None], day: date, zone: tzinfo | None = None
    ) -> Self:
        """Keep records of one day."""
        return self._between(column, day, zone, days=1)

    def where_month(
        self,
        column: SQLColumnExpression[date | None],
        year: int,
        month: int,
        zone: tzinfo | None = None,
    ) -> Self:
        """Keep records of one month of a year."""
        first = date(year, month, 1)
        days = ((first + 31 * _DAY).replace(day=1) - first).days if month < 12 else 31  # noqa: PLR2004  # December
        return self._between(column, first, zone, days=days)

    def where_year(
        self, column: SQLColumnExpression[date | None], year: int, zone: tzinfo | None = None
    ) -> Self:
        """Keep records of one year."""
        first = date(year, 1, 1)
        days = (date(year, 12, 31) - first).days + 1
        return self._between(column, first, zone, days=days)

    def _between(
        self,
        column: SQLColumnExpression[date | None],
        first: date,
        zone: tzinfo | None,
        *,
        days: int,
    ) -> Self:
        """Keep records from a day on, and before another one, unless the calendar ends there."""
        self._refuse_foreign(column)
        begin = _beginning(column, first, zone)
        if first > date.max - days * _DAY:
            return self._with(self.clauses.and_(column >= begin))
        end = _beginning(column, first + days * _DAY, zone)
        return self._with(self.clauses.and_(column >= begin, column < end))


def _beginning(
    column: SQLColumnExpression[date | None], day: date, zone: tzinfo | None
) -> date | datetime:
    """Return the beginning of a day, as a value of the column."""
    kind = element(column).type
    stored = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    is_aware = isinstance(stored, DateTime) and stored.timezone
    if zone is not None and not is_aware:
        raise ValueError(f"{column} has no time zone: leave zone out")
    if isinstance(stored, Date):
        return date(day.year, day.month, day.day)
    if not isinstance(stored, DateTime):
        raise TypeError(f"{column} is not a column of days or points in time")
    midnight = datetime.combine(day, time())
    return midnight.replace(tzinfo=zone or UTC).astimezone(UTC) if is_aware else midnight
