"""Contextual bindings: `when(...).needs(...).give(...)`."""

from typing import TYPE_CHECKING

from ._registrar import Registrar
from .registration._binding import Factory

if TYPE_CHECKING:
    from typing_extensions import TypeForm


class Consumers:
    """The classes and functions that are to get something else."""

    def __init__(self, registrar: Registrar, consumers: tuple[object, ...]) -> None:
        self._registrar = registrar
        self._consumers = consumers

    def needs[T](self, key: "TypeForm[T]") -> "Need[T]":
        """Say what they ask for."""
        return Need(self._registrar, self._consumers, key)


class Need[T]:
    """What some classes and functions ask for."""

    def __init__(self, registrar: Registrar, consumers: tuple[object, ...], key: object) -> None:
        self._registrar = registrar
        self._consumers = consumers
        self._key = key

    def give(self, instead: "TypeForm[T] | Factory[T]") -> None:
        """Say what they get: the service of another key, or what a function makes each time.

        Raises:
            InvalidRegistrationError: This can never work; nothing was registered.
        """
        self._registrar.give_instead(self._consumers, self._key, instead)
