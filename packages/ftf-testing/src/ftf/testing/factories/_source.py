"""Where invented values come from: the same in each run of a test, and others in each test."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from random import Random
from typing import Self


class Source:
    """Random values and running numbers.

    Args:
        seed: What the random values depend on, and nothing else.
        numbers: Where to go on counting, by what is counted.
        taken: Values that do not come again.
    """

    def __init__(
        self, seed: str, numbers: Mapping[object, int] | None = None, taken: Iterable[object] = ()
    ) -> None:
        self._seed = seed
        self._numbers = Counter(numbers)
        self._taken = set(taken)

    @cached_property
    def random(self) -> Random:
        """The random values."""
        return Random(self._seed)  # noqa: S311  # nothing secret

    def number(self, what: object) -> int:
        """Count one up, from 1."""
        self._numbers[what] += 1
        return self._numbers[what]

    def take(self, value: object) -> bool:
        """Tell whether a value has not been taken yet; from now on it has."""
        is_new = value not in self._taken
        self._taken.add(value)
        return is_new

    def branch(self, name: str) -> Self:
        """Make a source of other random values, whose numbers go on from here."""
        return type(self)(f"{self._seed}:{name}", self._numbers, self._taken)


class Sources:
    """The source of the test that runs.

    A test run has one test at a time, but any number of tasks and threads that work for it; so
    this is no context variable.
    """

    current = Source("0")
