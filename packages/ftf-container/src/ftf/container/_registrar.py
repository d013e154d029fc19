"""The only module that changes registrations and drops singletons, each time under the lock."""

from collections.abc import Callable, Collection, Iterable, Mapping

from ._dependency_path import Step
from ._provider import Boot
from .compiler._functions import CompiledFunctions
from .exceptions import InvalidRegistrationError
from .graph._node import Slot
from .keys._generics import is_form_of
from .keys._key import is_key, normalise
from .registration._binding import Binding
from .registration._factory_kind import Kind
from .registration._registry import ActiveOverride, Registry
from .scopes._scope import Scope
from .scopes._teardown import Exit, refuse_awaited

type Decorated = dict[int, tuple[object, object]]
"""What was decorated and the result, by the `id` of the former, which the entry keeps alive."""


class Registrar:
    """Changes what is registered, and drops what was compiled or built from it.

    Args:
        registry: What is registered.
        functions: What was compiled from it.
    """

    def __init__(self, registry: Registry, functions: CompiledFunctions) -> None:
        self._registry = registry
        self._functions = functions
        self._lock = registry.lock
        self._instances = functions.singletons.instances
        self.exits: list[Exit] = functions.exits

    def bind(self, binding: Binding) -> None:
        """Register a binding. If it replaces a different one, drop what that one built."""
        with self._lock:
            if not self._registry.bind(binding):
                return
            for each in [each for each in self._instances if is_form_of(each, binding.key)]:
                if each == binding.key or each not in self._registry.bindings:
                    del self._instances[each]
            self._functions.clear()

    def decorate(self, key: object, decorate: Callable[..., object]) -> None:
        """Register a decorator, and decorate the instances that exist already.

        Raises:
            InvalidRegistrationError: The decorator yields, or it is async and an instance exists.
        """
        kind = Kind.of(decorate)
        if kind.is_generator:
            problem, remedy = "A decorator cannot yield.", "Return the instance."
            raise InvalidRegistrationError((Step(key),), problem, remedy)
        decorated: Decorated = {}
        while plain := self._undecorated(key, decorate, decorated):
            if kind.is_async:
                problem, remedy = "It exists already.", "Extend it before it is built."
                raise InvalidRegistrationError((Step(key),), problem, remedy)
            # Not under the lock: the decorator may wait for a thread that needs it.
            owner = self._functions.owner
            decorated |= {id(each): (each, decorate(each, owner)) for each in plain}

    def _undecorated(
        self, key: object, decorate: Callable[..., object], decorated: Decorated
    ) -> list[object]:
        """Register a decorator if all instances are decorated. Return those that are not."""
        with self._lock:
            instances = self._instances
            binding = self._registry.bindings.get(key)
            existing = {each: instances[each] for each in instances if is_form_of(each, key)}
            if is_value := binding is not None and binding.kind is Kind.VALUE:
                existing = {key: binding.factory()}
            if plain := [each for each in existing.values() if id(each) not in decorated]:
                return plain
            done = {slot: decorated[id(each)][1] for slot, each in existing.items()}
            if is_value:
                self.bind(Binding.of_value(key, done[key]))
            else:
                instances |= done
                self._registry.extensions.setdefault(key, []).append(decorate)
                self._functions.clear()
        return []

    def give_instead(self, consumers: Iterable[object], key: object, instead: object) -> None:
        """Register what some consumers get instead of a key."""
        known = normalise(key)
        given = normalise(instead) if is_key(instead) else Binding.of(known, instead, "transient")
        asking = [normalise(consumer) for consumer in consumers]
        with self._lock:
            self._registry.contextual |= {(consumer, known): given for consumer in asking}
            self._functions.clear()

    def tag(self, tag: str, keys: Iterable[object]) -> None:
        """Add keys to a group."""
        members = [normalise(key) for key in keys]
        with self._lock:
            before = self._registry.tags.get(tag, ())
            self._registry.tags[tag] = tuple(dict.fromkeys((*before, *members)))
            self._functions.clear()

    def give(self, scope: Scope, values: Mapping[object, object]) -> None:
        """Put ready instances into a scope.

        Raises:
            InvalidRegistrationError: One of the keys is registered, but not as scoped.
        """
        known = {normalise(key): value for key, value in values.items()}
        if not self._registry.scope_values.issuperset(known):
            with self._lock:
                self._registry.give(known)
                self._functions.clear()
        self._functions.slots.put(scope, known)

    def activate(self, override: ActiveOverride) -> None:
        """Activate an override, unless it is active already."""
        with self._lock:
            if override not in self._registry.overrides:
                self._registry.overrides.append(override)
                self._functions.clear()

    def is_active(self, override: ActiveOverride) -> bool:
        """Return whether an override is active."""
        return override in self._registry.overrides

    def deactivate(self, overrides: Collection[ActiveOverride], *, awaiting: bool) -> list[Exit]:
        """Deactivate overrides. Return the exits of what was built under them.

        Raises:
            AsyncDependencyError: One has to be awaited; it is left for the container to close.
        """
        with self._lock:
            active = [each for each in self._registry.overrides if each not in overrides]
            self._registry.overrides[:] = active
            for slot in [each for each in self._instances if _is_from(overrides, each)]:
                del self._instances[slot]
            self._functions.clear()
            stale = [each for each in self.exits if _is_from(overrides, each[0])]
            if not awaiting:
                refuse_awaited(stale)
            self.exits[:] = [each for each in self.exits if not _is_from(overrides, each[0])]
            return stale

    def drop_singletons(self) -> None:
        """Drop every singleton."""
        with self._lock:
            self._instances.clear()
            self._functions.forget()

    def forget_boot(self) -> None:
        """Drop the result of the last boot, so that the next one boots new providers."""
        with self._lock:
            self._instances.pop(Boot, None)
            self._functions.forget()


def _is_from(overrides: Collection[ActiveOverride], slot: object) -> bool:
    return isinstance(slot, Slot) and not slot.overrides.isdisjoint(overrides)
