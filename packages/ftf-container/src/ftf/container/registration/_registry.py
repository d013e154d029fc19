"""Everything a container was told, before any of it is used."""

from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Never, cast, get_args, get_origin

from .._dependency_path import Step, location_of, name_of
from ..exceptions import InvalidRegistrationError, UnregisteredDependencyError
from ..keys._generics import open_form
from ..keys._key import (
    collected,
    is_abstract,
    is_kind_of,
    is_vague,
    is_value,
    normalise,
    unqualified,
)
from ._binding import Binding
from ._factory_kind import Kind

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from .._container import Container
    from .._provider import ServiceProvider

_VALUE_REMEDY = (
    'Annotate it `Annotated[{0}, "..."]` and register `container.instance(Annotated[{0}, "..."], '
    "...)`, or register a factory for what needs it."
)

type Extension = Callable[..., object]


@dataclass(frozen=True, eq=False, slots=True)
class Layer:
    """One override, and where it began; instances made under it are known by its identity."""

    binding: Binding
    location: str


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
        self._loading: set[int] = set()
        self._loaded: set[int] = set()
        self.unbooted: list[ServiceProvider] = []
        self.given: set[object] = set()

    def __contains__(self, key: object) -> bool:
        if any(each in self.bindings or each in self.deferred for each in (key, open_form(key))):
            return True
        collection = self._collection(key)
        return collection is not None and bool(collection.members)

    def bind(self, binding: Binding) -> bool:
        """Take up a binding; tell whether it is another one than there was."""
        if is_vague(binding.key):
            problem = f"{name_of(binding.key)} is no key: it stands for any number of types."
            raise InvalidRegistrationError((binding.step(),), problem, "Use one type as the key.")
        before = self.bindings.get(binding.key)
        same = before and (before.factory, before.lifetime) == (binding.factory, binding.lifetime)
        if same and binding.kind is not Kind.VALUE:
            return False
        self.bindings[binding.key] = binding
        self.deferred.pop(binding.key, None)
        self.given.discard(binding.key)
        return True

    def give(self, keys: Collection[object]) -> None:
        """Take up that scopes are given the instances of some keys.

        Raises:
            InvalidRegistrationError: One of them is registered, but not as scoped.
        """
        new = {
            key: Binding(key, partial(_refuse, key), "scoped", Kind.CALL)
            for key in keys
            if key not in self.bindings
        }
        for binding in (self.bindings[key] for key in keys if key not in new):
            if binding.lifetime != "scoped":
                problem = f"{name_of(binding.key)} is registered as {binding.lifetime}."
                remedy = 'Register it with scope="scoped" to give it to scopes.'
                raise InvalidRegistrationError((binding.step(),), problem, remedy)
        self.bindings |= new
        self.given.update(keys)

    def add(self, provider: "ServiceProvider") -> None:
        """Let a provider register its services, or wait until one of them is wanted.

        Raises:
            InvalidRegistrationError: It is a class, or `provides` is no collection.
        """
        given, provides = cast("object", provider), cast("object", provider.provides)
        if isinstance(given, type):
            problem = f"{name_of(given)} is a class."
            raise InvalidRegistrationError((Step(given),), problem, "Pass an instance of it.")
        if not isinstance(provides, Collection):
            problem = f"`provides` of {name_of(type(provider))} is no collection of keys."
            remedy = "Put the keys into a tuple."
            raise InvalidRegistrationError((Step(type(provider)),), problem, remedy)
        if provider.provides:
            self._loaded.discard(id(provider))
            self.deferred |= {normalise(key): provider for key in provider.provides}
        else:
            provider.register(self._container)
            self.unbooted.append(provider)

    def closed_keys(self) -> list[object]:
        """List the registered keys, but for open generic types."""
        return [key for key in self.bindings if not getattr(key, "__parameters__", ())]

    def required(self, key: object) -> Binding:
        """Find what makes a key, registered or not, where nothing overrides it.

        Raises:
            UnregisteredDependencyError: Nothing does.
        """
        return self.find(key, overridden=False)[0] or self.fallback(key)

    def find(self, key: object, *, overridden: bool = True) -> tuple[Binding | None, Layer | None]:
        """Find what makes a key, and the override that says so.

        A closed generic type goes before its open form, an instance before any other override.
        """
        for each in (key, open_form(key)):
            self.load(each)
            layer = self.layer(each) if overridden else None
            binding = layer.binding if layer else self.bindings.get(each)
            if binding is not None:
                return binding if each is key else self._closed(binding, key), layer
        return None, None

    def exception(self, consumer: Binding, key: object) -> object | None:
        """Find what a consumer gets instead of a key: another key, a binding, or nothing."""
        named = [
            form for each in (consumer.key, consumer.factory) for form in (each, open_form(each))
        ]
        found = (self.exceptions.get((each, key)) for each in named)
        return next(filter(None, found), None)

    def extensions_of(self, key: object) -> tuple[Extension, ...]:
        """List what decorates the instances of a key, those of its open form first."""
        forms = get_origin(key), key
        return tuple(each for form in forms for each in self.extensions.get(form, ()))

    def is_current(self, binding: Binding) -> bool:
        """Return whether a binding was not replaced, where nothing overrides it."""
        forms = binding.key, open_form(binding.key)
        known = next((self.bindings[each] for each in forms if each in self.bindings), binding)
        made = binding.factory, get_origin(binding.factory)
        return known.lifetime == binding.lifetime and known.factory in made

    def given_values(self) -> Iterator[object]:
        """List the objects that were registered as they are."""
        bindings = (*self.bindings.values(), *(layer.binding for layer in self.layers))
        return (each.factory() for each in bindings if each.kind is Kind.VALUE)

    def layer(self, key: object) -> Layer | None:
        """Find the override of a key that is in force."""
        layers = [layer for layer in self.layers if layer.binding.key == key]
        values = [layer for layer in layers if layer.binding.kind is Kind.VALUE]
        return next(reversed(values or layers), None)

    def load(self, key: object) -> None:
        """Let a deferred provider register its services, now that one of them is wanted.

        Raises:
            InvalidRegistrationError: It does not register what it says it provides.
        """
        provider = self.deferred.get(key)
        if provider is None or id(provider) in self._loading:
            return
        if id(provider) not in self._loaded:
            self._register(provider)
        if key not in self.bindings:
            problem = (
                f"{name_of(type(provider))} provides {name_of(key)}, but does not register it."
            )
            raise InvalidRegistrationError((Step(key),), problem, "Mend its `provides`.")

    def _register(self, provider: "ServiceProvider") -> None:
        provided = [key for key, other in self.deferred.items() if other is provider]
        self._loading.add(id(provider))
        try:
            provider.register(self._container)
        except BaseException:
            self.deferred |= dict.fromkeys(provided, provider)
            raise
        finally:
            self._loading.remove(id(provider))
        self._loaded.add(id(provider))
        self.unbooted.append(provider)

    def fallback(self, key: object) -> Binding:
        """Make do without a registration, where it is plain what is meant.

        Raises:
            UnregisteredDependencyError: It is not.
        """
        origin = get_origin(key) or key
        if (collection := self._collection(key)) is not None:
            return collection
        if origin is Callable and get_args(key)[:1] == ([],):
            return Binding.of_value(key, self._lazy(get_args(key)[1]))
        remedy = ""
        if isinstance(key, str):
            reason, remedy = "it is a text", f"Pass the class {key} itself, not its name."
        elif not isinstance(origin, type):
            reason = "it is not a class"
        elif is_abstract(origin):
            reason = "it is abstract"
        elif is_value(origin):
            reason = "built-in types are never created automatically"
            remedy = _VALUE_REMEDY.format(name_of(key))
        elif self._strict:
            reason = "the container is strict"
        else:
            return Binding.of(key, key, "transient")
        step = Step(key, "", location_of(key))
        raise UnregisteredDependencyError((step,), reason, tuple(self._alike(key)), remedy)

    def _lazy(self, result: "TypeForm[object]") -> Callable[[], object]:
        if get_origin(result) in {Awaitable, Coroutine}:
            return partial(self._container.aresolve, get_args(result)[-1])
        return partial(self._container.resolve, result)

    def _collection(self, key: object) -> Binding | None:
        parts = collected(key)
        if parts is None:
            return None
        make, base, tags = parts
        if known := [tag for tag in tags if tag in self.tags]:
            members = tuple(each for tag in known for each in self.tags[tag])
        elif tags or (isinstance(origin := get_origin(base) or base, type) and is_value(origin)):
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
        try:
            return binding.closed(key)
        except TypeError as error:
            raise UnregisteredDependencyError((binding.step(),), str(error)) from None


def _refuse(key: object) -> Never:
    raise UnregisteredDependencyError((Step(key),), "it was not given to this scope")
