"""`LimitClock`: the time that limits count by, which tests replace."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, runtime_checkable

type NanosecondClock = Callable[[], int]


@runtime_checkable
class Reclocked(Protocol):
    """A store that counts by a clock of this process, or can."""

    def counting_by(self, clock: NanosecondClock) -> AbstractContextManager[None]:
        """Count by another clock, and anew, until the context ends."""
        ...


class LimitClock:
    """The time that the limits of an application count by: a service, for tests.

    `PostgresLimits` counts by the clock of its server, which stays as it is.

    Args:
        store: The store of the limits.
    """

    def __init__(self, store: object) -> None:
        self._store = store

    @contextmanager
    def replaced(self, clock: NanosecondClock) -> Iterator[None]:
        """Count by another clock, and anew, until the context ends.

        Args:
            clock: Returns the time in nanoseconds.
        """
        if isinstance(self._store, Reclocked):
            with self._store.counting_by(clock):
                yield
        else:
            yield
