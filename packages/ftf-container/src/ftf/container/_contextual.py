"""What some services get instead of what others get: `when(...).needs(...).give(...)`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ._container import Factory
    from .compiler._functions import Resolvers


class Consumers:
    """The classes and functions that are to get something else."""

    def __init__(self, resolvers: "Resolvers", consumers: tuple[object, ...]) -> None:
        self._resolvers = resolvers
        self._consumers = consumers

    def needs[T](self, key: "TypeForm[T]") -> "Need[T]":
        """Say what they ask for."""
        return Need(self._resolvers, self._consumers, key)


class Need[T]:
    """What some classes and functions ask for."""

    def __init__(self, resolvers: "Resolvers", consumers: tuple[object, ...], key: object) -> None:
        self._resolvers = resolvers
        self._consumers = consumers
        self._key = key

    def give(self, instead: "TypeForm[T] | Factory[T]") -> None:
        """Say what they get: the service of another key, or what a function makes each time.

        Raises:
            InvalidRegistrationError: This can never work; nothing was registered.
        """
        self._resolvers.give_instead(self._consumers, self._key, instead)
