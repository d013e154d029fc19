"""Everything a container was told, before any of it is used."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Never, get_args, get_origin

from ._binding import Binding, Kind
from ._generics import fits
from ._key import collected, is_abstract, is_from_stdlib, is_kind_of, normalise, unqualified
from ._path import DependencyPath, Step, location_of, name_of
from .exceptions import InvalidRegistrationError, UnregisteredDependencyError

if TYPE_CHECKING:
    from ._container import Container
    from ._provider import ServiceProvider

type Extension = Callable[..., object]


@dataclass(frozen=True, eq=False, slots=True)
class Layer:
    """One override; what is made while it is in force is told apart by its identity."""

    binding: Binding


class Registry:
    """Bindings and what was said about them: decorators, tags, exceptions, overrides.

    Args:
        container: Whose registry this is.
        strict: Whether only registered keys may be built.
    """

    def __init__(self, container: "Container", *, strict: bool) -> None:
        self._container = container
        self._strict = strict
        self.bindings: dict[object, Binding] = {}
        self.layers: list[Layer] = []
        self.extensions: dict[object, list[Extension]] = {}
        self.exceptions: dict[tuple[object, object], object] = {}
        self.tags: dict[str, tuple[object, ...]] = {}
        self.deferred: dict[object, ServiceProvider] = {}
        self.unbooted: list[ServiceProvider] = []
        self.given: set[object] = set()

    def __contains__(self, key: object) -> bool:
        if any(each in self.bindings or each in self.deferred for each in (key, get_origin(key))):
            return True
        collection = self._collection(key)
        return collection is not None and bool(collection.members)

    def bind(self, binding: Binding) -> bool:
        """Take up a binding; tell whether it is another one than there was."""
        before = self.bindings.get(binding.key)
        if before is not None and before.kind is not Kind.VALUE:
            if (before.factory, before.lifetime) == (binding.factory, binding.lifetime):
                return False
        self.bindings[binding.key] = binding
        self.deferred.pop(binding.key, None)
        self.given.discard(binding.key)
        return True

    def give(self, keys: Iterable[object]) -> None:
        """Take up that scopes are given the instances of some keys.

        Raises:
            InvalidRegistrationError: One of them is registered, but not as scoped.
        """
        for key in keys:
            binding = self.bindings.get(key)
            if binding is None:
                self.bindings[key] = Binding(key, partial(_refuse, key), "scoped", Kind.CALL)
            elif binding.lifetime != "scoped":
                problem = f"{name_of(key)} is registered as {binding.lifetime}."
                remedy = 'Register it with scope="scoped" to give it to scopes.'
                raise InvalidRegistrationError((binding.step(),), problem, remedy)
            self.given.add(key)

    def add(self, provider: "ServiceProvider") -> None:
        """Let a provider register its services, or wait until one of them is wanted."""
        if provider.provides:
            self.deferred |= {normalise(key): provider for key in provider.provides}
        else:
            provider.register(self._container)
            self.unbooted.append(provider)

    def closed_keys(self) -> list[object]:
        """List the registered keys, but for open generic types."""
        return [key for key in self.bindings if not getattr(key, "__parameters__", ())]

    def required(self, key: object) -> Binding:
        """Find what makes a key, registered or not.

        Raises:
            UnregisteredDependencyError: Nothing does.
        """
        return self.find(key)[0] or self.fallback(key, (Step(key, "", location_of(key)),))

    def find(self, key: object) -> tuple[Binding | None, Layer | None]:
        """Find what makes a key, and the override that says so.

        A closed generic type goes before its open form, an instance before any other override.
        """
        for each in (key, get_origin(key)):
            self.load(each)
            layer = self.layer(each)
            binding = layer.binding if layer else self.bindings.get(each)
            if binding is not None:
                return binding if each is key else self._closed(binding, key), layer
        return None, None

    def exception(self, consumer: Binding, key: object) -> object | None:
        """Find what a consumer gets instead of a key: another key, a binding, or nothing."""
        found = (self.exceptions.get((each, key)) for each in (consumer.key, consumer.factory))
        return next(filter(None, found), None)

    def is_given(self, value: object) -> bool:
        """Tell whether an object was registered as it is."""
        bindings = (*self.bindings.values(), *(layer.binding for layer in self.layers))
        return any(each.kind is Kind.VALUE and each.factory() is value for each in bindings)

    def layer(self, key: object) -> Layer | None:
        """Find the override of a key that is in force."""
        layers = [layer for layer in self.layers if layer.binding.key == key]
        values = [layer for layer in layers if layer.binding.kind is Kind.VALUE]
        return (values or layers or [None])[-1]

    def load(self, key: object) -> None:
        """Let a deferred provider register its services, now that one of them is wanted.

        Raises:
            InvalidRegistrationError: It does not register what it says it provides.
        """
        provider = self.deferred.get(key)
        if provider is None:
            return
        for provided in provider.provides:
            self.deferred.pop(provided, None)
        provider.register(self._container)
        self.unbooted.append(provider)
        if key not in self.bindings:
            problem = f"{name_of(type(provider))} provides {name_of(key)}, but does not register it."
            raise InvalidRegistrationError((Step(key),), problem, "Mend its `provides`.")

    def fallback(self, key: object, path: DependencyPath) -> Binding:
        """Make do without a registration, where it is plain what is meant.

        Raises:
            UnregisteredDependencyError: It is not.
        """
        origin = get_origin(key) or key
        if (collection := self._collection(key)) is not None:
            return collection
        if origin is Callable and get_args(key)[:1] == ([],):
            lazy = partial(self._container.resolve, get_args(key)[1])
            return Binding.of_value(key, lazy)
        if not isinstance(origin, type):
            reason = "it is not a class"
        elif is_abstract(origin):
            reason = "it is abstract"
        elif is_from_stdlib(origin):
            reason = "values of Python's own types are not made up"
        elif self._strict:
            reason = "the container is strict"
        else:
            return Binding.of(key, key, "transient")
        raise UnregisteredDependencyError(path, reason, tuple(self._alike(key)))

    def _collection(self, key: object) -> Binding | None:
        parts = collected(key)
        if parts is None:
            return None
        make, base, tags = parts
        if known := [tag for tag in tags if tag in self.tags]:
            members = tuple(each for tag in known for each in self.tags[tag])
        elif tags:
            return None
        elif isinstance(origin := get_origin(base) or base, type) and is_from_stdlib(origin):
            return None
        else:
            members = tuple(self.members(base))
        return Binding(key, lambda *made: make(made), "transient", Kind.CALL, {}, members)

    def members(self, base: object) -> Iterator[object]:
        """List the registered keys of a kind, each implementation once."""
        keys = [key for key in (*self.bindings, *self.deferred) if is_kind_of(key, base)]
        for key in keys:
            factory = self.bindings[key].factory if key in self.bindings else None
            if factory is key or factory not in keys:
                yield key

    def _alike(self, key: object) -> Iterator[object]:
        return (each for each in self.bindings if is_kind_of(each, unqualified(key)[0]))

    def _closed(self, binding: Binding, key: object) -> Binding:
        for parameter, argument in zip(binding.key.__parameters__, get_args(key), strict=False):
            if not fits(parameter, argument):
                reason = f"{name_of(argument)} does not fit {parameter.__name__}"
                raise UnregisteredDependencyError((Step(key),), reason)
        return binding.closed(key)


def _refuse(key: object) -> Never:
    raise UnregisteredDependencyError((Step(key),), "it was not given to this scope")
