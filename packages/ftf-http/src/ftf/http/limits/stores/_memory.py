"""`MemoryLimits`: limits that are counted in this process."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .._algorithm import Exact, Gcra
from .._limit import Limit
from .._outcome import Outcome, Take
from ._table import Table

_logger = logging.getLogger("ftf.http")
_NANOSECONDS = 1_000
_MAX_KEYS = 1_000_000


class MemoryLimits:
    """Counts in the memory of this process: two workers admit twice the quota.

    Args:
        max_keys: How many keys each limit holds, of about 150 bytes each. Beyond it a new key
            replaces one that is not refused, and where every key is refused new ones share a quota.
        clock: Returns the time in nanoseconds.
    """

    failures: tuple[type[Exception], ...] = ()

    def __init__(
        self, *, max_keys: int = _MAX_KEYS, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._max_keys = max_keys
        self._clock = clock
        # The states of exact limits are sequences, those of others numbers.
        self._tables: dict[str, Table[Any]] = {}

    def __len__(self) -> int:
        """Return how many keys are held."""
        return sum(map(len, self._tables.values()))

    async def open(self) -> None:
        """Log a warning where uvicorn or gunicorn were asked for several workers."""
        workers = os.environ.get("WEB_CONCURRENCY", "")
        if workers.isdecimal() and int(workers) > 1:
            _logger.warning(
                "Limits are counted in the memory of each process, and there are %s: clients get "
                "that many times each quota. Use RedisLimits or PostgresLimits.",
                workers,
            )

    async def close(self) -> None:
        """Do nothing; the counts stay."""

    async def take(self, takes: Sequence[Take]) -> Sequence[Outcome]:
        """Take all, or nothing if one of them is refused. Return an answer for each."""
        now = self._clock() // _NANOSECONDS
        if len(takes) == 1:
            limit, key, cost = takes[0]
            return (self._table(limit).take(key, cost, now),)
        # No await below: what other tasks take comes before or after all of it.
        looked = [
            (table := self._table(limit), *table.look(key, cost, now)) for limit, key, cost in takes
        ]
        if all(outcome.allowed for *_, outcome, _ in looked):
            for table, key, _, state in looked:
                table.write(key, state, now)
        return [outcome for *_, outcome, _ in looked]

    async def give_back(self, taken: Sequence[tuple[Take, Outcome]]) -> None:
        """Return to each limit what was taken from it."""
        for take, outcome in taken:
            self._table(take.limit).give_back(take.key, take.cost, outcome.at)

    @contextmanager
    def counting_by(self, clock: Callable[[], int]) -> Iterator[None]:
        """Count by another clock, and anew, until the context ends.

        Args:
            clock: Returns the time in nanoseconds.
        """
        before = self._clock, self._tables
        self._clock, self._tables = clock, {}
        try:
            yield
        finally:
            self._clock, self._tables = before

    def _table(self, limit: Limit) -> Table[Any]:
        found = self._tables.get(limit.name)
        if found is None or found.limit is not limit:
            algorithm: Any = Exact(limit) if limit.is_exact else Gcra(limit)
            if found is None or found.limit.is_exact is not limit.is_exact:
                found = Table(limit, algorithm, self._max_keys)
                self._tables[limit.name] = found
            else:  # of another application that shares this store, with another quota
                found.change(limit, algorithm)
        return found
