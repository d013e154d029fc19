"""From nodes to functions: each is written when first needed, and dropped when it is stale."""

from collections.abc import Callable, Collection, Generator, Iterable
from itertools import chain
from threading import RLock, get_ident
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ._assembly import Assembly, refuse_async
from ._binding import Binding
from ._boot import Boot
from ._flight import ajoin, enter, join, leave
from ._graph import Graph
from ._key import normalise
from ._kind import Kind
from ._manual_scope import ManualScope
from ._node import Node, Slot
from ._recursion import run
from ._registry import Layer, Registry
from ._teardown import Exit, Resource, closing_method
from ._scope import Scope, innermost
from .exceptions import DependencyResolutionError, ScopeClosedError, ScopeNotActiveError

if TYPE_CHECKING:
    from ._container import Container

type Door = Callable[..., Any]


class Resolvers:
    """What was compiled for a container.

    Args:
        container: What extensions are given.
        registry: What the functions are written from.
    """

    def __init__(self, container: "Container", registry: Registry) -> None:
        self.boot = Boot(container, registry)
        self.container = container
        self.root = Scope(container, self)
        self.sync: dict[object, Door] = {}
        self.awaiting: dict[object, Door] = {}
        self.singletons: dict[object, Any] = {}
        self.lock = RLock()
        self._registry = registry
        self._graph = Graph(registry)
        self._calls: WeakKeyDictionary[object, dict[object, Door]] = WeakKeyDictionary()

    def clear(self) -> None:
        """Drop every function and node, because what they stand for changed."""
        self._graph.clear()
        self.forget()

    def lay(self, layer: Layer) -> None:
        """Put an override in force."""
        with self.lock:
            self._registry.layers.append(layer)
            self.clear()

    def lift(self, layers: Collection[Layer]) -> list[Exit]:
        """Take overrides out of force, and hand over what to close of what they made."""
        with self.lock:
            kept = [layer for layer in self._registry.layers if layer not in layers]
            self._registry.layers[:] = kept
            self.clear()
            instances, exits = self.root._instances, self.root._exits
            stale = [each for each in exits if _is_from(layers, each[0])]
            exits[:] = [each for each in exits if not _is_from(layers, each[0])]
            for slot in [each for each in instances if _is_from(layers, each)]:
                del instances[slot]
            return stale

    def forget(self) -> None:
        """Drop every function, because it holds an instance that is gone, or could hold one."""
        for written in (self.sync, self.awaiting, self.singletons, self._calls):
            written.clear()

    def empty(self) -> None:
        """Drop every singleton."""
        with self.lock:
            self.root._instances.clear()
            self.forget()

    def node(self, key: object) -> Node:
        """Work out the node of a key.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        with self.lock:
            return self._graph.node(normalise(key))

    def faults(self, keys: Iterable[object]) -> tuple[DependencyResolutionError, ...]:
        """List everything that keeps some keys from being built."""
        with self.lock:
            return self._graph.faults(keys)

    def open(self, key: object, *, awaiting: bool) -> Door:
        """Write the function that delivers a key.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        with self.lock:
            node = key if isinstance(key, Node) else self._graph.node(normalise(key))
            if self.boot.is_due:
                return self._late(key, awaiting=awaiting)
            if (ready := self.ready(node)) is not None and node is not key:
                self.singletons[key] = ready[0]
            door = self._door(node, awaiting=awaiting)
            return (self.awaiting if awaiting else self.sync).setdefault(key, door)

    def call(self, function: Door, given: Collection[str], *, awaiting: bool) -> Door:
        """Write the function that calls another with what it asks for, besides what is given."""
        source = getattr(function, "__func__", function)
        kind = awaiting, source is function, tuple(given)
        with self.lock:
            try:
                known = self._calls.setdefault(source, {})
            except TypeError:  # it can have no weak references, so nobody would ever forget it
                known = {}
            if kind not in known:
                binding = Binding(source, function, "transient", Kind.of(function))
                node = self._graph.call(binding, given)
                known[kind] = Assembly(self, awaiting=awaiting).call(node)
            return known[kind]

    def ready(self, node: Node) -> tuple[object] | None:
        """Look for an instance that will stay the same."""
        if node.binding.kind is Kind.VALUE:
            return (node.binding.factory(),)
        if node.binding.lifetime != "singleton" or node.slot not in self.root._instances:
            return None
        return (self.root._instances[node.slot],)

    def resource_of(self, scope: "Scope", instance: object) -> Resource | None:
        """Find what closes an instance; nothing if its factory only passed it on."""
        method = closing_method(type(instance))
        if method is None or self._registry.is_given(instance):
            return None
        known = chain(scope._instances.values(), self.root._instances.values())
        return None if any(instance is each for each in known) else getattr(instance, method)

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

    def _late(self, key: object, *, awaiting: bool) -> Door:
        """Boot a deferred provider that has just been loaded, before what it provides is used."""
        if not awaiting:
            self.boot.run_now()
            return self.open(key, awaiting=False)

        async def door(scope: Scope) -> object:
            await self.container.boot()
            return await self.open(key, awaiting=True)(scope)

        return door

    def _door(self, node: Node, *, awaiting: bool) -> Door:
        if node.binding.lifetime != "singleton" or self.ready(node) is not None:
            return Assembly(self, awaiting=awaiting).delivery(node)
        if awaiting:
            return lambda _: self._abuild(node)
        return lambda _: refuse_async(node, node) if node.is_async else self._build(node)

    def _build(self, node: Node) -> object:
        """Build a singleton, and first those it needs, however many there are in a row."""
        return [self._build_one(each) for each in self._unbuilt(node)][-1]

    async def _abuild(self, node: Node) -> object:
        built = [
            await self._abuild_one(each) if each.is_async else self._build_one(each)
            for each in self._unbuilt(node)
        ]
        return built[-1]

    def _unbuilt(self, node: Node) -> tuple[Node, ...]:
        """List a singleton and those below it that are not there yet, each after what it needs."""
        seen: dict[Node, None] = {}

        def visit(node: Node) -> Generator[Node, None, None]:
            for _, below, _ in node.arguments:
                if below not in seen and self.ready(below) is None:
                    yield below
            seen[node] = None

        run(visit, node)
        return tuple(each for each in seen if each.binding.lifetime == "singleton")

    def _build_one(self, node: Node) -> object:
        me = get_ident()
        while (ready := self.ready(node)) is None:
            if not enter(self.root, node.slot, me):
                join(self.root, node)
                continue
            try:
                if (ready := self.ready(node)) is None:
                    build = Assembly(self, awaiting=False).build(node)
                    ready = (build(self.root),)
                    self.forget()
                return ready[0]
            finally:
                leave(self.root, node.slot)
        return ready[0]

    async def _abuild_one(self, node: Node) -> object:
        from asyncio import current_task

        me = current_task()
        while (ready := self.ready(node)) is None:
            if not enter(self.root, node.slot, me):
                await ajoin(self.root, node)
                continue
            try:
                if (ready := self.ready(node)) is None:
                    build = Assembly(self, awaiting=True).build(node)
                    ready = (await build(self.root),)
                    self.forget()
                return ready[0]
            finally:
                leave(self.root, node.slot)
        return ready[0]


def _is_from(layers: Collection[Layer], slot: object) -> bool:
    return isinstance(slot, Slot) and not slot.layers.isdisjoint(layers)
