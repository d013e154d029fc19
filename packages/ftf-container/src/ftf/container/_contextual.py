"""What some services get instead of what others get: `when(...).needs(...).give(...)`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ._container import Factory

type Give = Callable[[tuple[object, ...], object, object], None]


class Consumers:
    """The classes and functions that are to get something else."""

    def __init__(self, consumers: tuple[object, ...], give: Give) -> None:
        self._consumers = consumers
        self._give = give

    def needs[T](self, key: "TypeForm[T]") -> "Need[T]":
        """Say what they ask for."""
        return Need(self._consumers, key, self._give)


class Need[T]:
    """What some classes and functions ask for."""

    def __init__(self, consumers: tuple[object, ...], key: object, give: Give) -> None:
        self._consumers = consumers
        self._key = key
        self._give = give

    def give(self, instead: "TypeForm[T] | Factory[T]") -> None:
        """Say what they get: the service of another key, or what a function makes each time.

        Raises:
            InvalidRegistrationError: This can never work; nothing was registered.
        """
        self._give(self._consumers, self._key, instead)
