"""What fakes caught, and assertions about it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest


class Catch(NamedTuple):
    """An object that a fake caught.

    Attributes:
        object: The object.
        line: The line of the application that it came from.
        detail: What else is known of it, for the text of failures.
    """

    object: object
    line: str
    detail: str = ""


class Caught:
    """The objects of some types that a fake caught.

    Args:
        types: The types, whose subclasses are caught as well.
        verb: What was done with the objects, as "dispatched".
    """

    def __init__(self, types: tuple[type, ...], verb: str) -> None:
        self._types = types
        self._verb = verb
        self._all: list[Catch] = []

    def catches(self, found: object) -> bool:
        """Return whether an object is caught."""
        return isinstance(found, self._types)

    def add(self, catch: Catch) -> None:
        """Add an object that was caught."""
        self._all.append(catch)

    def of[T](self, kind: type[T], matches: Callable[[T], bool] | None = None) -> list[T]:
        """Return the caught objects of a type that match, first caught first."""
        found = [each.object for each in self._all if isinstance(each.object, kind)]
        return [each for each in found if matches is None or matches(each)]

    def expect[T](
        self,
        kind: type[T],
        matches: Callable[[T], bool] | None,
        times: int | None,
        called: str = "",
    ) -> None:
        """Fail the test unless an object was caught: at least once, or a number of times."""
        found = self.of(kind, matches)
        if len(found) != times if times is not None else not found:
            wanted = f"{times} times" if times is not None else "at least once"
            which = called or _which(kind, matches)
            self._fail(f"{which} to be {self._verb} {wanted}", len(found))

    def expect_none[T](self, kind: type[T], matches: Callable[[T], bool] | None = None) -> None:
        """Fail the test if an object was caught."""
        if found := self.of(kind, matches):
            which = "anything" if kind is object else _which(kind, matches)
            self._fail(f"{which} not to be {self._verb}", len(found))

    def _fail(self, expected: str, found: int) -> None:
        lines = [
            f"  {each.object!r}{each.detail}, {self._verb} at {each.line}" for each in self._all
        ]
        text = (
            f"Expected {expected}; {found} were.",
            f"{self._verb.title()}:",
            *(lines or ["  nothing"]),
        )
        pytest.fail("\n".join(text), pytrace=False)


def _which(kind: type, matches: Callable[[Any], bool] | None) -> str:
    return kind.__qualname__ if matches is None else f"a matching {kind.__qualname__}"
