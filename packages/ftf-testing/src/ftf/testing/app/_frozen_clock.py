"""`FrozenClock`: a clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta
from typing import override


class FrozenClock:
    """A clock that stands still until a test moves it.

    It starts at the second in which the test does: tokens have whole seconds.
    """

    def __init__(self) -> None:
        self._now = datetime.now(UTC).replace(microsecond=0)

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return self._now.timestamp()

    def now(self) -> datetime:
        """Return the time, with the time zone UTC."""
        return self._now

    def move(self, by: timedelta | float) -> None:
        """Move it forward, or back by a negative time.

        Args:
            by: How far, in seconds if it is a number.
        """
        self._now += by if isinstance(by, timedelta) else timedelta(seconds=by)

    def set(self, to: datetime) -> None:
        """Set it to a time, which has a time zone.

        Raises:
            ValueError: It has none.
        """
        if to.tzinfo is None:
            raise ValueError(f"{to!r} has no time zone: write `.replace(tzinfo=UTC)`.")
        self._now = to.astimezone(UTC)

    @override
    def __repr__(self) -> str:
        return f"FrozenClock({self._now.isoformat()})"
