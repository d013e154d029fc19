"""When a schedule enqueues its job: by the fields of cron, or again and again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_START = datetime(1970, 1, 1, tzinfo=UTC)


class Times(Protocol):
    """The times at which a job is enqueued, called slots; all in UTC."""

    def after(self, moment: datetime) -> datetime:
        """Return the first slot after a moment."""

    def until(self, moment: datetime) -> datetime:
        """Return a slot until a moment, which may be one: the last one, or one before that."""


@dataclass(frozen=True, slots=True)
class Every:
    """Slots at the same distance, counted from the beginning of 1970, so that all workers agree.

    Args:
        interval: The distance.

    Raises:
        ValueError: It is not positive.
    """

    interval: timedelta

    def __post_init__(self) -> None:
        if self.interval <= timedelta(0):
            raise ValueError("the interval must be positive")

    def after(self, moment: datetime) -> datetime:
        """Return the first slot after a moment."""
        return self.until(moment) + self.interval

    def until(self, moment: datetime) -> datetime:
        """Return the last slot until a moment."""
        return _START + (moment - _START) // self.interval * self.interval


@dataclass(frozen=True, slots=True)
class Cron:
    """Slots by the fields of cron in a time zone.

    As with Debian's cron, a slot in the hour that daylight saving skips comes just after that hour,
    and one in the hour that is repeated comes once, unless the minute or hour is `*`.

    Args:
        expression: Minute, hour, day of the month, month and day of the week.
        zone: The time zone.

    Raises:
        CronSimError: The expression cannot be read, or never comes.
        ModuleNotFoundError: cronsim is not installed.
    """

    expression: str
    zone: "ZoneInfo"

    def __post_init__(self) -> None:
        self.after(datetime.now(UTC))

    def after(self, moment: datetime) -> datetime:
        """Return the first slot after a moment."""
        slots = self._slots(moment)
        # In the second of two hours with the same name, cronsim returns a slot of the first one.
        return next(slot for each in slots if (slot := each.astimezone(UTC)) > moment)

    def until(self, moment: datetime) -> datetime:
        """Return a slot until a moment; in an hour that is repeated, the one of the day before."""
        # Backwards, cronsim begins with the second of the moment if it has microseconds.
        begun = moment.replace(microsecond=moment.microsecond or 1)
        return next(self._slots(begun, reverse=True)).astimezone(UTC)

    def _slots(self, moment: datetime, *, reverse: bool = False) -> Iterator[datetime]:
        try:
            from cronsim import CronSim
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "`Schedule.cron` needs cronsim: pip install 'ftf-container[schedule]'"
            ) from error
        return CronSim(self.expression, moment.astimezone(self.zone), reverse=reverse)
