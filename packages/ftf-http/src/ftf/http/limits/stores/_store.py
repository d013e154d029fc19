"""`LimitStore`: where the uses of limits are counted."""

from collections.abc import Sequence
from typing import Protocol

from .._outcome import Outcome, Take


class LimitStore(Protocol):
    """Counts the uses of limits; `MemoryLimits`, `RedisLimits` and `PostgresLimits` are stores.

    Attributes:
        failures: What it raises where it cannot be reached, besides `OSError`; empty if it always
            can.
    """

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What it raises where it cannot be reached, besides `OSError`."""
        ...

    async def open(self) -> None:
        """Make what the store needs; called when the application starts."""
        ...

    async def close(self) -> None:
        """Close connections; called when the application stops."""
        ...

    async def take(self, takes: Sequence[Take]) -> Sequence[Outcome]:
        """Take all, or nothing if one of them is refused. Return an answer for each."""
        ...

    async def give_back(self, taken: Sequence[tuple[Take, Outcome]]) -> None:
        """Return to each limit what was taken from it."""
        ...
