"""What is registered in a container."""

from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Never, NewType, Protocol, get_args, get_origin

from .._dependency_path import Step, location_of, name_of
from ..exceptions import InvalidRegistrationError, UnregisteredDependencyError
from ..keys._generics import open_form
from ..keys._key import (
    collected,
    is_abstract,
    is_kind_of,
    is_vague,
    is_value,
    unqualified,
)
from ._binding import Binding
from ._factory_kind import Kind

if TYPE_CHECKING:
    from typing_extensions import TypeForm


_VALUE_REMEDY = (
    'Annotate it `Annotated[{0}, "..."]` and register `container.instance(Annotated[{0}, "..."], '
    "...)`, or register a factory for what needs it."
)

type Extension = Callable[..., object]
type Load = Callable[[object], None]


@dataclass(frozen=True, eq=False, slots=True)
class ActiveOverride:
    """One override, and where it was made. Instances made under it are known by its identity."""

    binding: Binding
    location: str


@dataclass(frozen=True, slots=True)
class Declared:
    """What an application will ask for: a service, or the call of a function.

    Args:
        key: The key of the service, or the function.
        label: What asks for it.
        call: The binding of the call; `None` for a service.
        given: The names of the arguments that the call is given.
    """

    key: object
    label: str
    call: Binding | None
    given: tuple[str, ...]


class Resolver(Protocol):
    """What delivers services."""

    def resolve(self, key: "TypeForm[object]") -> object:
        """Deliver a service."""

    def aresolve(self, key: "TypeForm[object]") -> Coroutine[object, object, object]:
        """Deliver a service, awaiting whatever has to be."""


class Registry:
    """Bindings, and what modifies them: decorators, tags, contextual bindings, overrides.

    Args:
        resolver: What a parameter `Callable[[], T]` is delivered from when it is called.
        strict: Whether only registered keys may be built.

    Attributes:
        lock: What is taken to change anything here, and to compile or store what depends on it.
        bindings: What makes the instances of a key.
        contextual: What a consumer gets instead of a key, by both.
        declared: What an application will ask for.
        deferred: What registers a key when it is asked for.
        extensions: What decorates the instances of a key.
        overrides: The overrides in force.
        scope_values: The keys of which scopes were given instances.
        tags: The members of groups.
    """

    def __init__(self, resolver: Resolver, *, strict: bool) -> None:
        self._resolver = resolver
        self._strict = strict
        self.lock: RLock = RLock()
        self.bindings: dict[object, Binding] = {}
        self.contextual: dict[tuple[object, object], object] = {}
        self.declared: list[Declared] = []
        self.deferred: dict[object, Load] = {}
        self.extensions: dict[object, list[Extension]] = {}
        self.overrides: list[ActiveOverride] = []
        self.scope_values: set[object] = set()
        self.tags: dict[str, tuple[object, ...]] = {}

    def __contains__(self, key: object) -> bool:
        if any(each in self.bindings or each in self.deferred for each in (key, open_form(key))):
            return True
        collection = self._collection(key)
        return collection is not None and bool(collection.members)

    def bind(self, binding: Binding) -> bool:
        """Register a binding. Return whether it replaced a different one."""
        if is_vague(binding.key):
            problem = f"{name_of(binding.key)} is not a key: it stands for any number of types."
            raise InvalidRegistrationError((binding.step(),), problem, "Use one type as the key.")
        before = self.bindings.get(binding.key)
        # Registering the same again keeps the singleton; two ready objects are never the same.
        same = before and (before.factory, before.lifetime) == (binding.factory, binding.lifetime)
        if same and binding.kind is not Kind.VALUE:
            return False
        self.bindings[binding.key] = binding
        self.deferred.pop(binding.key, None)
        self.scope_values.discard(binding.key)
        return True

    def declare(self, target: object, given: tuple[str, ...], label: str) -> None:
        """Add what an application will ask for: a service, or the call of a function."""
        call = None
        if callable(target) and not (isinstance(target, type | NewType) or get_origin(target)):
            call = Binding(target, target, "transient", Kind.CALL)
        self.declared.append(Declared(target, label, call, given))

    def give(self, keys: Collection[object]) -> None:
        """Register some keys as scoped, because scopes are given their instances.

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
        self.scope_values.update(keys)

    def closed_keys(self, without: Collection[object] = ()) -> list[object]:
        """Return the registered keys, except open generic types."""
        closed = (key for key in self.bindings if not getattr(key, "__parameters__", ()))
        return [key for key in closed if key not in without]

    def required(self, key: object) -> Binding:
        """Return what makes a key, registered or not, where nothing overrides it.

        Raises:
            UnregisteredDependencyError: Nothing does.
        """
        return self.find(key, overridden=False)[0] or self.fallback(key)

    def find(
        self, key: object, *, overridden: bool = True
    ) -> tuple[Binding | None, ActiveOverride | None]:
        """Return what makes a key, and the override that it comes from.

        A closed generic type goes before its open form, an instance before any other override.
        """
        for each in (key, open_form(key)):
            self.load(each)
            override = self.override_of(each) if overridden else None
            binding = override.binding if override else self.bindings.get(each)
            if binding is not None:
                return binding if each is key else self._closed(binding, key), override
        return None, None

    def contextual_for(self, consumer: Binding, key: object) -> object | None:
        """Return what a consumer gets instead of a key: another key, a binding, or `None`."""
        named = [
            form for each in (consumer.key, consumer.factory) for form in (each, open_form(each))
        ]
        found = (self.contextual.get((each, key)) for each in named)
        return next(filter(None, found), None)

    def extensions_of(self, key: object) -> tuple[Extension, ...]:
        """Return what decorates the instances of a key, first what decorates its open form."""
        forms = get_origin(key), key
        return tuple(each for form in forms for each in self.extensions.get(form, ()))

    def is_current(self, binding: Binding) -> bool:
        """Return whether a binding was not replaced, where nothing overrides it."""
        forms = binding.key, open_form(binding.key)
        known = next((self.bindings[each] for each in forms if each in self.bindings), binding)
        made = binding.factory, get_origin(binding.factory)
        return known.lifetime == binding.lifetime and known.factory in made

    def given_values(self) -> Iterator[object]:
        """Return the objects that were registered as they are."""
        bindings = (*self.bindings.values(), *(each.binding for each in self.overrides))
        return (each.factory() for each in bindings if each.kind is Kind.VALUE)

    def overrides_of(self, key: object) -> list[ActiveOverride]:
        """Return the active overrides of a key."""
        return [each for each in self.overrides if each.binding.key == key]

    def override_of(self, key: object) -> ActiveOverride | None:
        """Return the override of a key that is in force; the last one, but values go first."""
        overrides = self.overrides_of(key)
        values = [each for each in overrides if each.binding.kind is Kind.VALUE]
        return next(reversed(values or overrides), None)

    def defer(self, loads: Mapping[object, Load]) -> None:
        """Call a function, with the key, when one of some keys is asked for."""
        with self.lock:
            self.deferred |= loads

    def load(self, key: object) -> None:
        """Call what registers a deferred key.

        Raises:
            InvalidRegistrationError: It was not registered.
        """
        if key in self.deferred:
            with self.lock:
                if (load := self.deferred.get(key)) is not None:
                    load(key)

    def fallback(self, key: object) -> Binding:
        """Return what makes a key that is not registered, if there is only one way to make it.

        Raises:
            UnregisteredDependencyError: There is none.
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
            return partial(self._resolver.aresolve, get_args(result)[-1])
        return partial(self._resolver.resolve, result)

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
        """Return the registered keys of a kind, each implementation once."""
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
