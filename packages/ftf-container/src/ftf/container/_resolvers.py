"""From nodes to functions: each is written when first needed, and dropped when it is stale."""

from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from threading import RLock, get_ident
from types import MethodType
from typing import TYPE_CHECKING, Any
from weakref import proxy, ref

from ._assembly import Assembly, refuse_async
from ._binding import Binding
from ._boot import Boot
from ._flight import ajoin, enter, join, leave
from ._generics import open_form
from ._graph import Graph
from ._key import normalise
from ._kind import Kind
from ._manual_scope import ManualScope
from ._node import Node, Slot
from ._recursion import run
from ._registry import Layer, Registry
from ._teardown import Exit, Resource, closing_method, refuse_awaited
from ._scope import MISSING, Scope, innermost
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
        self.boot: Boot = Boot(container, registry)
        self.instances: dict[object, object] = {}
        self.blank: list[object] = []
        self._indexes: dict[object, int] = {}
        self.container = container
        self.root: Scope = Scope(container, self)
        self.sync: dict[object, Door] = {}
        self.awaiting: dict[object, Door] = {}
        self.entries: dict[object, tuple[Door | None, Any]] = {}
        self.lock: RLock = RLock()
        self._registry = registry
        self._graph = Graph(registry)
        self._calls: dict[int, dict[object, Door]] = {}
        self._callers: dict[int, object] = {}

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
            instances, exits = self.instances, self.root._exits
            for slot in [each for each in instances if _is_from(layers, each)]:
                del instances[slot]
            stale = [each for each in exits if _is_from(layers, each[0])]
            if not awaiting:
                refuse_awaited(stale)
            exits[:] = [each for each in exits if not _is_from(layers, each[0])]
            return stale

    def forget(self) -> None:
        """Drop every function, because it holds an instance that is gone, or could hold one."""
        for written in (self.sync, self.awaiting, self.entries, self._calls, self._callers):
            written.clear()

    def replace(self, key: object) -> None:
        """Drop what was made for a key, which from now on is made in another way."""
        for each in [each for each in self.instances if key in {each, open_form(each)}]:
            if each == key or each not in self._registry.bindings:
                del self.instances[each]
        self.clear()

    def empty(self) -> None:
        """Drop every singleton."""
        with self.lock:
            self.instances.clear()
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
            if key is not Boot and self.boot.is_due:
                return self._late(key, awaiting=awaiting)
            door = self._door(node, awaiting=awaiting)
            if not awaiting and node is not key:
                ready = self.ready(node)
                self.entries[key] = (door, None) if ready is None else (None, ready[0])
            return (self.awaiting if awaiting else self.sync).setdefault(key, door)

    def call(self, function: Door, given: Mapping[str, object], *, awaiting: bool) -> Door:
        """Find or write the function that calls another with what it asks for."""
        # A bound method is a new object each time, so what is remembered is its function.
        source = function.__func__ if type(function) is MethodType else function
        names = awaiting, source is function, *given
        try:
            return self._calls[id(source)][names]
        except KeyError:
            return self._write_call(source, function, names)

    def _write_call(self, source: object, function: Door, names: tuple[Any, ...]) -> Door:
        awaiting, _, *given = names
        kind = Kind.of(function)
        # A generator is not driven here: it is what the caller asked for.
        binding = Binding(source, function, "transient", Kind.CALL if kind.is_generator else kind)
        with self.lock:
            node = self._graph.call(binding, given)
            try:
                # What is remembered must not keep the function alive.
                stand_in = proxy(source)
                self._callers[id(source)] = ref(source, partial(self._drop_call, id(source)))
            except TypeError:
                return Assembly(self, awaiting=awaiting).call(node, given)
            node = replace(node, binding=replace(binding, key=stand_in, factory=stand_in))
            door = Assembly(self, awaiting=awaiting).call(node, given)
            return self._calls.setdefault(id(source), {}).setdefault(names, door)

    def _drop_call(self, number: int, _: object) -> None:
        self._calls.pop(number, None)
        self._callers.pop(number, None)

    def index(self, key: object) -> int:
        """Tell where scopes keep the instance of a key."""
        with self.lock:
            if key not in self._indexes:
                self._indexes[key] = len(self.blank)
                self.blank.append(MISSING)
            return self._indexes[key]

    def grow(self, instances: list[object]) -> None:
        """Make room in a scope that was opened before the latest keys had their index."""
        instances += self.blank[len(instances) :]

    def give(self, scope: Scope, values: Mapping[object, object]) -> None:
        """Put ready instances into a scope."""
        known = {normalise(key): value for key, value in values.items()}
        if not self._registry.given.issuperset(known):
            with self.lock:
                self._registry.give(known)
                self.clear()
        for key, value in known.items():
            index = self.index(key)
            self.grow(scope._instances)
            scope._instances[index] = value

    def kept(self, scope: Scope) -> dict[object, object]:
        """List the instances of a scope by key."""
        pairs = zip(self._indexes, scope._instances, strict=False)
        return {key: instance for key, instance in pairs if instance is not MISSING}

    def ready(self, node: Node) -> tuple[object] | None:
        """Look for an instance that will stay the same."""
        if node.binding.kind is Kind.VALUE:
            return (node.binding.factory(),)
        if node.binding.lifetime != "singleton" or node.slot not in self.instances:
            return None
        return (self.instances[node.slot],)

    def is_awaited(self, node: Node) -> bool:
        """Tell whether a singleton, or what is not there yet below it, has to be awaited."""
        return node.is_async and any(each.is_awaited for each in self._missing(node))

    def resource_of(self, scope: "Scope", instance: object) -> Resource | None:
        """Find what closes an instance; nothing if its factory only passed it on."""
        method = closing_method(type(instance))  # type: ignore[arg-type]  # it is hashable
        if method is None or self._registry.is_given(instance):
            return None
        known = chain(scope._instances, (scope._overridden or {}).values(), self.instances.values())
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
        return lambda _: refuse_async(node, node) if self.is_awaited(node) else self._build(node)

    def _build(self, node: Node) -> object:
        """Build a singleton, and first those it needs, however many there are in a row."""
        return [self._build_one(each) for each in self._unbuilt(node)][-1]

    async def _abuild(self, node: Node) -> object:
        built = [
            await self._abuild_one(each) if each.is_async else self._build_one(each)
            for each in self._unbuilt(node)
        ]
        return built[-1]

    def _unbuilt(self, node: Node) -> list[Node]:
        """List a singleton and those below it that are not there yet, each after what it needs."""
        return [each for each in self._missing(node) if each.binding.lifetime == "singleton"]

    def _missing(self, node: Node) -> Iterable[Node]:
        seen: dict[Node, None] = {}

        def visit(node: Node) -> Generator[Node, None, None]:
            for _, below, _ in node.arguments:
                if below not in seen and self.ready(below) is None:
                    yield below
            seen[node] = None

        run(visit, node)
        return seen

    def _build_one(self, node: Node) -> object:
        me = get_ident()
        while (ready := self.ready(node)) is None:
            if not enter(self.root, node.slot, me):
                join(self.root, node)
                continue
            try:
                if (ready := self.ready(node)) is None:
                    build = Assembly(self, awaiting=False).build(node)
                    ready = self._keep(node, build(self.root))
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
                    build: Door = Assembly(self, awaiting=True).build(node)
                    ready = self._keep(node, await build(self.root))
                return ready[0]
            finally:
                leave(self.root, node.slot)
        return ready[0]

    def _keep(self, node: Node, made: object) -> tuple[object]:
        """Keep a singleton, unless its key was registered anew while it was made."""
        binding = node.binding
        with self.lock:
            if node.layers or self._registry.bindings.get(binding.key, binding) is binding:
                self.instances[node.slot] = made
            self.forget()
        return (made,)


def _is_from(layers: Collection[Layer], slot: object) -> bool:
    return isinstance(slot, Slot) and not slot.layers.isdisjoint(layers)
