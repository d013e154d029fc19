"""The source of generated values: equal in each run of a test, different in each test."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from random import Random
from typing import Self


class Source:
    """Random values and running numbers.

    Args:
        seed: The only thing that the random values depend on.
        numbers: The last number of each model.
        taken: The values of unique columns so far.
    """

    def __init__(
        self, seed: str, numbers: Mapping[object, int] | None = None, taken: Iterable[object] = ()
    ) -> None:
        self._seed = seed
        self._numbers = Counter(numbers)
        self._taken = set(taken)

    @cached_property
    def random(self) -> Random:
        """The generator of random values."""
        return Random(self._seed)  # noqa: S311  # test data

    def number(self, what: object) -> int:
        """Return the next number of something, from 1."""
        self._numbers[what] += 1
        return self._numbers[what]

    def take(self, value: object) -> bool:
        """Take a value. Return whether it was free."""
        is_new = value not in self._taken
        self._taken.add(value)
        return is_new

    def branch(self, name: str) -> Self:
        """Return a source of other random values, whose numbers continue from here."""
        return type(self)(f"{self._seed}:{name}", self._numbers, self._taken)


class Sources:
    """The source of the test that runs.

    It is not a context variable, because all tasks and threads of a test share it, and a process
    runs one test at a time.
    """

    current = Source("0")
