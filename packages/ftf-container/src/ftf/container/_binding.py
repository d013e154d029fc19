"""What the container knows about a key: how to make its instances and how long they live."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Literal, Self, get_args

from ._key import is_abstract
from ._path import Step, location_of, name_of
from .exceptions import InvalidRegistrationError

type Lifetime = Literal["singleton", "scoped", "transient"]


class Kind(Enum):
    """How a factory hands over what it makes."""

    VALUE = auto()
    CALL = auto()
    COROUTINE = auto()
    GENERATOR = auto()
    ASYNC_GENERATOR = auto()

    @classmethod
    def of(cls, factory: Callable[..., object]) -> Self:
        """Tell the kind of a class, a function or an object with `__call__`."""
        called = (factory, type(factory).__call__)
        if any(map(isasyncgenfunction, called)):
            return cls.ASYNC_GENERATOR
        if any(map(isgeneratorfunction, called)):
            return cls.GENERATOR
        return cls.COROUTINE if any(map(iscoroutinefunction, called)) else cls.CALL

    @property
    def is_async(self) -> bool:
        """Whether what the factory returns has to be awaited."""
        return self in {Kind.COROUTINE, Kind.ASYNC_GENERATOR}


@dataclass(frozen=True, slots=True)
class Binding:
    """A key, what makes its instances, and how long they live."""

    key: object
    factory: Callable[..., object]
    lifetime: Lifetime
    kind: Kind

    @classmethod
    def of_value(cls, key: object, value: object) -> Self:
        """Bind a ready object."""
        return cls(key, lambda: value, "singleton", Kind.VALUE)

    @classmethod
    def of(cls, key: object, factory: object, lifetime: Lifetime) -> Self:
        """Bind a class or function.

        Raises:
            InvalidRegistrationError: It can never make an instance.
        """
        if lifetime not in get_args(Lifetime.__value__):
            fault = f"{lifetime!r} is no lifetime.", 'Use "singleton", "scoped" or "transient".'
        elif isinstance(factory, type) and is_abstract(factory):
            fault = f"{name_of(factory)} is abstract.", "Pass a class that implements it."
        elif isinstance(factory, type) or (callable(factory) and factory is not key):
            return cls(key, factory, lifetime, Kind.of(factory))
        else:
            fault = f"{name_of(factory)} is not a class.", "Pass a class or function that makes it."
        raise InvalidRegistrationError((Step(key),), *fault)

    @property
    def is_transient(self) -> bool:
        """Whether every request for the key makes a new instance."""
        return self.lifetime == "transient"

    def step(self, parameter: str = "") -> Step:
        """Describe this binding as a step on a path, reached through a parameter."""
        location = "" if self.kind is Kind.VALUE else location_of(self.factory)
        return Step(self.key, parameter, location)
