"""Points in time as texts, and days as spans of time in a time zone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ._text_values import CLOCK, Refused, day

_INSTANT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<clock>"
    rf"{CLOCK})(?P<offset>[Zz]|[ +-](?:[01][0-9]|2[0-3]):[0-5][0-9])?"
)
_DAY = 10  # characters of a date


@dataclass(frozen=True, slots=True)
class Span:
    """A day as a span of time.

    Args:
        start: The first point in time of the day.
        end: The first one of the next day.
    """

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """The reader of points in time for a column.

    Args:
        zone: The time zone of days.
        naive: Whether the column has no time zone, and holds times of that zone.
    """

    zone: tzinfo
    naive: bool = False

    def read(self, text: str) -> datetime | Span:
        """Return a point in time, or the span of a day."""
        return self.span(day(text)) if len(text) <= _DAY else self.instant(text)

    def instant(self, text: str) -> datetime:
        """Return a point in time as the column holds it."""
        match = _INSTANT.fullmatch(text)
        if match is None:
            raise Refused("time", "must be a time such as 2026-01-31T09:30:00Z, or a date")
        if (offset := match["offset"]) is None:
            raise Refused("no_offset", "must end in Z or an offset, such as %2B02:00 for +02:00")
        if offset.startswith(" "):
            raise Refused("lost_plus", "has a space for the plus of its offset: write %2B for it")
        return self._kept(lambda: _exact(match))

    def span(self, of: date) -> Span:
        """Return the span of a day, of 23 or 25 hours where clocks change."""
        return Span(self._midnight(of, 0), self._midnight(of, 1))

    def _midnight(self, of: date, further: int) -> datetime:
        midnight = time(tzinfo=self.zone)
        return self._kept(lambda: datetime.combine(of + timedelta(further), midnight))

    def _kept(self, make: Callable[[], datetime]) -> datetime:
        try:
            if self.naive:
                return make().astimezone(self.zone).replace(tzinfo=None)
            return make().astimezone(UTC)
        except OverflowError:
            raise Refused("out_of_range", "must be a time between the years 1 and 9999") from None


def _exact(match: re.Match[str]) -> datetime:
    offset = match["offset"].upper().replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(f"{match['day']}T{match['clock']}{offset}")
    except ValueError:
        raise Refused("time", "must be a time that exists") from None
