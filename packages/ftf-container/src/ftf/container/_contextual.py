"""Contextual bindings: `when(...).needs(...).give(...)`."""

from typing import TYPE_CHECKING

from ._registrar import Registrar
from .registration._binding import Factory

if TYPE_CHECKING:
    from typing_extensions import TypeForm


class Consumers:
    """The classes and functions of a contextual binding."""

    def __init__(self, registrar: Registrar, consumers: tuple[object, ...]) -> None:
        self._registrar = registrar
        self._consumers = consumers

    def needs[T](self, key: "TypeForm[T]") -> "Need[T]":
        """Name the key that they ask for."""
        return Need(self._registrar, self._consumers, key)


class Need[T]:
    """The key that some classes and functions ask for."""

    def __init__(self, registrar: Registrar, consumers: tuple[object, ...], key: object) -> None:
        self._registrar = registrar
        self._consumers = consumers
        self._key = key

    def give(self, instead: "TypeForm[T] | Factory[T]") -> None:
        """Register what they get: the service of another key, or each time what a function makes.

        Raises:
            InvalidRegistrationError: This can never work; nothing was registered.
        """
        self._registrar.give_instead(self._consumers, self._key, instead)
