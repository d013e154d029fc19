"""The events that a test caught instead of having listeners called."""

from collections.abc import Callable

from .._caught import Catch, Caught


class EventFake:
    """Catches the events of some types until the test ends; their listeners are not called.

    An event is caught when the transaction it was dispatched in is committed, and at once if there
    is none.

    Args:
        types: The types, whose subclasses are caught as well.
    """

    def __init__(self, types: tuple[type, ...]) -> None:
        self._caught = Caught(types, "dispatched")

    def catches(self, event: object) -> bool:
        """Return whether an event is caught."""
        return self._caught.catches(event)

    def add(self, catch: Catch) -> None:
        """Add an event that was caught."""
        self._caught.add(catch)

    def dispatched[E](self, event: type[E]) -> list[E]:
        """Return the caught events of a type, first dispatched first."""
        return self._caught.of(event)

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
        self._caught.expect(event, matches, times)

    def assert_not_dispatched[E](
        self, event: type[E], matches: Callable[[E], bool] | None = None
    ) -> None:
        """Fail the test if an event was dispatched; see `assert_dispatched`."""
        self._caught.expect_none(event, matches)

    def assert_nothing_dispatched(self) -> None:
        """Fail the test if any event was caught."""
        self._caught.expect_none(object)
