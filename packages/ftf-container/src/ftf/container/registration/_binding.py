"""Bindings: how the instances of a key are made and how long they live."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from inspect import isroutine
from typing import Literal, Self, get_args, get_origin

from .._dependency_path import Step, location_of, name_of
from ..exceptions import InvalidRegistrationError
from ..keys._generics import Types, close, type_arguments
from ..keys._key import is_abstract, opened
from ._factory_kind import Kind, kind_for, made_by, unmanaged
from ._parameters import Parameter, parameters_of

_VALUE_REMEDY = (
    "Pass a class or function that makes it. For a value, use `container.instance` or "
    "`container.override_instance`."
)

type Factory[T] = Callable[..., T | Awaitable[T] | Iterator[T] | AsyncIterator[T]]
type Lifetime = Literal["singleton", "scoped", "transient"]


@dataclass(frozen=True, eq=False, slots=True)
class Binding:
    """A key, what makes its instances, and how long they live.

    Args:
        key: What the service is known by.
        factory: What makes the instances; for a value, what returns it.
        lifetime: How long an instance is kept.
        kind: How the factory hands over what it makes.
        types: What stands for the type parameters in the factory's hints.
        members: The keys of the arguments, where they are not those of the factory's parameters.
    """

    key: object
    factory: Callable[..., object]
    lifetime: Lifetime
    kind: Kind
    types: Types = field(default_factory=dict)
    members: tuple[object, ...] | None = None

    @classmethod
    def of_value(cls, key: object, value: object) -> Self:
        """Return the binding of a ready object."""
        return cls(key, lambda: value, "singleton", Kind.VALUE)

    @classmethod
    def of(cls, key: object, factory: object, lifetime: Lifetime) -> Self:
        """Return the binding of a class or function.

        Raises:
            InvalidRegistrationError: It can never make an instance.
        """
        made = opened(unmanaged(factory))
        source = get_origin(made) or made
        if lifetime not in get_args(Lifetime.__value__):
            fault = f"{lifetime!r} is not a lifetime.", 'Use "singleton", "scoped" or "transient".'
        elif isinstance(source, type) and is_abstract(source):
            fault = f"{name_of(made)} is abstract.", "Pass a class that implements it."
        elif isinstance(source, type) and callable(made):
            return cls(key, made, lifetime, Kind.CALL, type_arguments(made))
        elif made is key:
            wanted = f"..., {name_of(made)}" if isroutine(made) else f"{name_of(made)}, ..."
            remedy = f"Say what makes what: `container.register({wanted})`."
            fault = f"{name_of(made)} is not a class.", remedy
        elif not callable(made):
            fault = f"{name_of(made)} is not a class or function.", _VALUE_REMEDY
        else:
            try:
                return cls(key, made, lifetime, kind_for(key, made))
            except TypeError as error:
                fault = f"{name_of(made)} {error}.", "Fix the annotation, or pass a factory."
        raise InvalidRegistrationError((Step(key, "", location_of(made)),), *fault)

    @property
    def is_kept(self) -> bool:
        """Whether an instance is delivered more than once."""
        return self.lifetime != "transient"

    @property
    def is_class(self) -> bool:
        """Whether the factory is a class, which makes nothing but its instances."""
        return isinstance(get_origin(self.factory) or self.factory, type)

    def parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters of the factory."""
        if self.kind in {Kind.VALUE, Kind.SCOPE}:
            return ()
        if self.members is not None:
            named = enumerate(self.members)
            return tuple(Parameter(f"[{index}]", member) for index, member in named)
        return parameters_of(self.factory, self.types)

    def closed(self, key: object) -> Self:
        """Return the binding of a closed generic type, made from this one of the open type.

        Raises:
            TypeError: A type argument does not fit.
        """
        if self.kind is Kind.VALUE:  # one object for all type arguments
            return replace(self, key=key)
        made = self.factory if self.is_class else made_by(self.factory, self.kind)
        factory, types = close(self.factory, made, key)
        return replace(self, key=key, factory=factory, types=types)

    def step(self, parameter: str = "") -> Step:
        """Return this binding as a step on a path, reached through a parameter."""
        location = "" if self.kind is Kind.VALUE else location_of(self.factory)
        return Step(self.key, parameter, location)
