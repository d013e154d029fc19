"""The events that a test caught instead of having listeners called."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Dispatched:
    """An event that was dispatched, and from where.

    Args:
        event: The event.
        line: The line of the application that dispatched it.
    """

    event: object
    line: str

    def __str__(self) -> str:
        return f"{self.event!r}, dispatched at {self.line}"


class EventFake:
    """Catches the events of some types until the test ends; their listeners are not called.

    An event is caught when the transaction it was dispatched in is committed, and at once if there
    is none.

    Args:
        types: The types, whose subclasses are caught as well.
    """

    def __init__(self, types: tuple[type, ...]) -> None:
        self._types = types
        self._caught: list[Dispatched] = []

    def catches(self, event: object) -> bool:
        """Return whether an event is caught."""
        return isinstance(event, self._types)

    def add(self, dispatched: Dispatched) -> None:
        """Catch an event."""
        self._caught.append(dispatched)

    def dispatched[E](self, event: type[E]) -> list[E]:
        """Return the caught events of a type, first dispatched first."""
        return [each.event for each in self._caught if isinstance(each.event, event)]

    def assert_dispatched[E](
        self,
        event: type[E],
        matches: Callable[[E], bool] | None = None,
        *,
        times: int | None = None,
    ) -> None:
        """Fail the test unless an event was dispatched.

        Args:
            event: The type of the event.
            matches: A function that returns whether it is the one that is meant; any by default.
            times: How often; at least once by default.
        """
        found = self._matching(event, matches)
        if len(found) != times if times is not None else not found:
            wanted = f"{times} times" if times is not None else "at least once"
            self._fail(f"{_which(event, matches)} to be dispatched {wanted}", len(found))

    def assert_not_dispatched[E](
        self, event: type[E], matches: Callable[[E], bool] | None = None
    ) -> None:
        """Fail the test if an event was dispatched; see `assert_dispatched`."""
        if found := self._matching(event, matches):
            self._fail(f"{_which(event, matches)} not to be dispatched", len(found))

    def assert_nothing_dispatched(self) -> None:
        """Fail the test if any event was caught."""
        if self._caught:
            self._fail("no event to be dispatched", len(self._caught))

    def _matching[E](self, event: type[E], matches: Callable[[E], bool] | None) -> list[E]:
        return [each for each in self.dispatched(event) if matches is None or matches(each)]

    def _fail(self, expected: str, found: int) -> None:
        caught = [f"  {each}" for each in self._caught] or ["  nothing"]
        lines = (f"Expected {expected}; {found} were.", "Dispatched:", *caught)
        pytest.fail("\n".join(lines), pytrace=False)


def _which(event: type, matches: Callable[[Any], bool] | None) -> str:
    return event.__qualname__ if matches is None else f"a matching {event.__qualname__}"
