"""From nodes to functions: each is written when first needed, and dropped when it is stale."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from itertools import chain
from threading import RLock
from typing import TYPE_CHECKING, Any

from .._boot import Boot
from .._dependency_path import Step
from .._manual_scope import ManualScope
from ..exceptions import (
    DependencyResolutionError,
    InvalidRegistrationError,
    ScopeClosedError,
    ScopeNotActiveError,
)
from ..graph._graph import Graph
from ..graph._node import Node, Slot
from ..keys._generics import is_form_of
from ..keys._key import is_key, normalise
from ..registration._binding import Binding
from ..registration._factory_kind import Kind
from ..registration._registry import Extension, Layer, Registry
from ..scopes._scope import MISSING, Scope, innermost
from ..scopes._teardown import Exit, Resource, closing_method, refuse_awaited
from ._callers import Calls, Door
from ._delivery import Assembly, refuse_async
from ._singletons import Singletons

if TYPE_CHECKING:
    from .._container import Container

type Decorated = dict[int, tuple[object, object]]
"""What was decorated and what came of it, by the `id` of the former, which it keeps alive."""


class Resolvers:
    """What was compiled for a container.

    Args:
        container: What extensions are given.
        registry: What the functions are written from.
    """

    def __init__(self, container: "Container", registry: Registry) -> None:
        self.boot: Boot = Boot(container, registry)
        self._numbers: dict[object, int] = {}
        self._shared_ids: set[int] | None = None
        self._waiting: dict[object, list[Callable[[], object]]] = {}
        self.container = container
        self.root: Scope = Scope(container, self)
        self.singletons: Singletons = Singletons(self, registry, self.root)
        self.sync: dict[object, Door] = {}
        self.awaiting: dict[object, Door] = {}
        self.entries: dict[object, tuple[Door | None, Any]] = {}
        self.lock: RLock = RLock()
        self._registry = registry
        self._graph = Graph(registry)
        self.calls: Calls = Calls(self, self._graph)

    def clear(self) -> None:
        """Drop every function and node, because what they stand for changed."""
        with self.lock:
            self._graph.clear()
            self.forget()

    def lay(self, layer: Layer) -> None:
        """Put an override in force, unless it is already."""
        with self.lock:
            if layer not in self._registry.layers:
                self._registry.layers.append(layer)
                self.clear()

    def lift(self, layers: Collection[Layer], *, awaiting: bool) -> list[Exit]:
        """Take overrides out of force, and hand over what to close of what they made.

        Raises:
            AsyncDependencyError: It has to be awaited; it is left for the container to close.
        """
        with self.lock:
            kept = [layer for layer in self._registry.layers if layer not in layers]
            self._registry.layers[:] = kept
            self.clear()
            instances, exits = self.singletons.instances, self.root._exits
            for slot in [each for each in instances if _is_from(layers, each)]:
                del instances[slot]
            stale = [each for each in exits if _is_from(layers, each[0])]
            if not awaiting:
                refuse_awaited(stale)
            exits[:] = [each for each in exits if not _is_from(layers, each[0])]
            return stale

    def drop_when_built(self, slots: Iterable[object], drop: Callable[[], object]) -> None:
        """Drop a function when one of the singletons is built that it was written without."""
        for slot in slots:
            self._waiting.setdefault(slot, []).append(drop)

    def singleton_built(self, slot: object, instance: object) -> None:
        """Drop the functions that were written before a singleton was built."""
        if self._shared_ids is not None:
            self._shared_ids.add(id(instance))
        for drop in self._waiting.pop(slot, ()):
            drop()

    def forget(self) -> None:
        """Drop every function, because it holds an instance that is gone, or could hold one."""
        for written in (self.sync, self.awaiting, self.entries, self.calls, self._waiting):
            written.clear()
        self._shared_ids = None

    def bind(self, binding: Binding) -> None:
        """Take up a binding, and drop what was made for its key in another way."""
        with self.lock:
            if self._registry.bind(binding):
                self._drop(binding.key)

    def extend(self, key: object, extension: Extension) -> None:
        """Register a decorator, and decorate the instances that exist already.

        Raises:
            InvalidRegistrationError: The decorator yields, or it is async and an instance exists.
        """
        kind = Kind.of(extension)
        if kind.is_generator:
            problem, remedy = "A decorator cannot yield.", "Let it return the instance."
            raise InvalidRegistrationError((Step(key),), problem, remedy)
        decorated: Decorated = {}
        while plain := self._undecorated(key, extension, decorated):
            if kind.is_async:
                problem, remedy = "It exists already.", "Extend it before it is built."
                raise InvalidRegistrationError((Step(key),), problem, remedy)
            # Not under the lock: the decorator may wait for a thread that needs it.
            decorated |= {id(each): (each, extension(each, self.container)) for each in plain}

    def _undecorated(self, key: object, extension: Extension, decorated: Decorated) -> list[object]:
        """Register a decorator if all instances are decorated. Return those that are not."""
        with self.lock:
            binding, instances = self._registry.bindings.get(key), self.singletons.instances
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
                self._registry.extensions.setdefault(key, []).append(extension)
                self.clear()
        return []

    def give_instead(self, consumers: Iterable[object], key: object, instead: object) -> None:
        """Take up what some consumers get instead of a key."""
        known = normalise(key)
        given = normalise(instead) if is_key(instead) else Binding.of(known, instead, "transient")
        asking = [normalise(consumer) for consumer in consumers]
        with self.lock:
            self._registry.exceptions |= {(consumer, known): given for consumer in asking}
            self.clear()

    def tag(self, tag: str, keys: Iterable[object]) -> None:
        """Put keys into a group."""
        members = [normalise(key) for key in keys]
        with self.lock:
            before = self._registry.tags.get(tag, ())
            self._registry.tags[tag] = tuple(dict.fromkeys((*before, *members)))
            self.clear()

    def boot_again(self) -> None:
        """Drop the result of the last boot, so that the next one looks for new providers."""
        with self.lock:
            self.singletons.instances.pop(Boot, None)
            self.forget()

    def _drop(self, key: object) -> None:
        instances = self.singletons.instances
        for each in [each for each in instances if is_form_of(each, key)]:
            if each == key or each not in self._registry.bindings:
                del instances[each]
        self.clear()

    def empty(self) -> None:
        """Drop every singleton."""
        with self.lock:
            self.singletons.instances.clear()
            self.forget()

    def node(self, key: object) -> Node:
        """Work out the node of a key.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        with self.lock:
            return self._graph.node(normalise(key))

    def faults(self, keys: Collection[object]) -> tuple[DependencyResolutionError, ...]:
        """List everything that keeps some keys, or all that are registered, from being built."""
        with self.lock:
            return self._graph.faults(keys)

    def nodes(self, keys: Callable[[], Iterable[object]]) -> tuple[Node, ...]:
        """Return the nodes of some keys, which are asked for under the lock.

        Raises:
            DependencyResolutionError: One of them cannot be built.
        """
        with self.lock:
            return self._graph.nodes(keys)

    def open(self, key: object, *, awaiting: bool) -> Door:
        """Write the function that delivers a key.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        with self.lock:
            node = key if isinstance(key, Node) else self._graph.node(normalise(key))
            if self.boot.is_due(node):
                return self.late(partial(self.open, key, awaiting=awaiting), awaiting=awaiting)
            door, unbuilt = self._door(node, awaiting=awaiting)
            self.drop_when_built(unbuilt, partial(self._drop_door, key))
            if not awaiting and node is not key:
                ready = self.singletons.ready(node)
                self.entries[key] = (door, None) if ready is None else (None, ready[0])
            return (self.awaiting if awaiting else self.sync).setdefault(key, door)

    def number(self, key: object) -> int:
        """Return the number that scopes keep the instance of a key under; hashing keys is slow."""
        with self.lock:
            return self._numbers.setdefault(key, len(self._numbers))

    def give(self, scope: Scope, values: Mapping[object, object]) -> None:
        """Put ready instances into a scope."""
        known = {normalise(key): value for key, value in values.items()}
        if not self._registry.given.issuperset(known):
            with self.lock:
                self._registry.give(known)
                self.clear()
        for key, value in known.items():
            scope._instances[self.number(key)] = value

    def kept(self, scope: Scope) -> dict[object, object]:
        """List the instances of a scope by key."""
        instances = scope._instances
        pairs = ((key, instances.get(number, MISSING)) for key, number in [*self._numbers.items()])
        return {key: instance for key, instance in pairs if instance is not MISSING}

    def resource_of(self, scope: Scope, instance: object) -> Resource | None:
        """Find what closes an instance; nothing if its factory only passed it on."""
        method = closing_method(type(instance))  # type: ignore[arg-type]  # it is hashable
        if method is None:
            return None
        if id(instance) in (self._shared_ids or self._collect_shared_ids()):
            return None
        known = any(instance is each for each in [*scope._instances.values()])
        return None if known else getattr(instance, method)

    def _collect_shared_ids(self) -> set[int]:
        with self.lock:
            shared = chain(self._registry.given_values(), self.singletons.instances.values())
            self._shared_ids = set(map(id, shared))
            return self._shared_ids

    def entered(self, node: Node) -> Scope:
        """Find the scope that the caller is in, or the root where that will do for a node.

        Raises:
            ScopeClosedError: It has ended.
            ScopeNotActiveError: There is none, and the node needs one.
        """
        scope = innermost.get()
        while scope is not None and scope._container is not self.container:
            if isinstance(scope, ManualScope):
                return scope.of(self.container)
            scope = scope._outer
        if scope is None and node.needs_scope:
            raise ScopeNotActiveError(node.path_to(lambda each: each.binding.lifetime == "scoped"))
        if scope is not None and scope._closed:
            raise ScopeClosedError((node.binding.step(),))
        return scope or self.root

    def late(self, find: Callable[[], Door], *, awaiting: bool) -> Door:
        """Boot deferred providers that have just been loaded, before what they provide is used."""

        def deliver(*arguments: object) -> object:
            self.boot.run_now()
            return find()(*arguments)

        async def adeliver(*arguments: object) -> object:
            await self.container.boot()
            return await find()(*arguments)

        return adeliver if awaiting else deliver

    def _door(self, node: Node, *, awaiting: bool) -> tuple[Door, Collection[object]]:
        """Write a function, and list the slots of the singletons without which it was written."""
        singletons = self.singletons
        if node.binding.lifetime != "singleton" or singletons.ready(node) is not None:
            assembly = Assembly(self, awaiting=awaiting)
            return assembly.delivery(node), assembly.unbuilt
        if awaiting:
            return (lambda _: singletons.abuild(node)), [node.slot]
        return (
            lambda _: (
                refuse_async(node, node) if singletons.is_awaited(node) else singletons.build(node)
            ),
            [node.slot],
        )

    def _drop_door(self, key: object) -> None:
        for written in (self.sync, self.awaiting, self.entries):
            written.pop(key, None)


def _is_from(layers: Collection[Layer], slot: object) -> bool:
    return isinstance(slot, Slot) and not slot.layers.isdisjoint(layers)
