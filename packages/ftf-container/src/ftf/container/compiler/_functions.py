"""The compiled functions of a container: made on first use, dropped when registrations change."""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from threading import RLock
from typing import Any, Protocol

from .._provider import Providers
from ..exceptions import DependencyResolutionError
from ..graph._graph import Graph
from ..graph._node import Node
from ..keys._key import normalise
from ..registration._registry import Registry
from ..scopes._functions import Function
from ..scopes._scope import Scope
from ..scopes._slots import Slots
from ..scopes._state import ScopeState
from ..scopes._teardown import Exit
from ._callers import CompiledCallers
from ._delivery import Delivery
from ._runtime import Runtime, refuse_async
from ._singletons import Singletons


class Owner(Protocol):
    """The container that the functions belong to."""

    async def boot(self) -> None:
        """Boot the service providers that have not been booted."""


class CompiledFunctions:
    """The functions that deliver services, with what they are linked to.

    Args:
        owner: What decorators are given, and what scopes belong to.
        registry: What the functions are written from.
        providers: What is booted before a late provider's services are delivered.

    Attributes:
        sync: The functions that deliver without awaiting, by key or node.
        awaiting: The coroutine functions that deliver, by key or node.
        exits: What closes the singletons.
        entries: For `Container.resolve`: a function, or the instance that it would return.
    """

    def __init__(self, owner: Owner, registry: Registry, providers: Providers) -> None:
        self.owner = owner
        self.lock: RLock = registry.lock
        self.providers = providers
        self.sync: dict[object, Function] = {}
        self.awaiting: dict[object, Function] = {}
        self.entries: dict[object, tuple[Function | None, Any]] = {}
        self._without: dict[object, list[Callable[[], object]]] = {}
        self._graph = Graph(registry)
        self.slots: Slots = Slots(registry.lock)
        self.callers: CompiledCallers = CompiledCallers(self, self._graph)
        self.root: Scope = Scope(owner, self)
        self.exits: list[Exit] = self.root._exits
        self.singletons: Singletons = Singletons(self, registry)
        self.runtime: Runtime = Runtime(owner, self.root, self.singletons.is_shared)

    def clear(self) -> None:
        """Drop every function and node, because registrations changed."""
        with self.lock:
            self._graph.clear()
            self.forget()

    def forget(self) -> None:
        """Drop every function, because an instance that one of them holds is gone."""
        for functions in (self.sync, self.awaiting, self.entries, self.callers, self._without):
            functions.clear()
        self.singletons.forget_shared()

    def drop_when_built(self, slots: Iterable[object], drop: Callable[[], object]) -> None:
        """Call `drop` when a singleton is built without which a function was compiled."""
        for slot in slots:
            self._without.setdefault(slot, []).append(drop)

    def singleton_built(self, slot: object) -> None:
        """Drop the functions that were written without a singleton, which can now be faster."""
        for drop in self._without.pop(slot, ()):
            drop()

    def node(self, key: object) -> Node:
        """Return the node of a key.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        with self.lock:
            return self._graph.node(normalise(key))

    def nodes(self, keys: Callable[[], Iterable[object]]) -> tuple[Node, ...]:
        """Return the nodes of the keys that a function returns.

        Raises:
            DependencyResolutionError: One of them cannot be built.
        """
        with self.lock:
            return self._graph.nodes(keys)

    def faults(self, keys: Collection[object]) -> tuple[DependencyResolutionError, ...]:
        """Return every fault of some keys, or of all that are registered."""
        with self.lock:
            return self._graph.faults(keys)

    def open(self, key: object, *, awaiting: bool) -> Function:
        """Compile the function that delivers a key.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        with self.lock:
            node = key if isinstance(key, Node) else self._graph.node(normalise(key))
            if self.providers.is_due(node):
                again = partial(self.open, key, awaiting=awaiting)
                return self.after_boot(again, awaiting=awaiting)
            function, unbuilt = self._compiled(node, awaiting=awaiting)
            self.drop_when_built(unbuilt, partial(self._drop, key))
            if not awaiting and node is not key:
                ready = self.singletons.ready(node)
                self.entries[key] = (function, None) if ready is None else (None, ready[0])
            return (self.awaiting if awaiting else self.sync).setdefault(key, function)

    def instances_of(self, scope: ScopeState) -> dict[object, object]:
        """Return the instances of a scope by key."""
        return self.slots.instances_of(scope)

    def places(self, slots: Iterable[object]) -> set[object]:
        """Return under what the instances of slots stand in a scope."""
        return self.slots.places(slots)

    def after_boot(self, find: Callable[[], Function], *, awaiting: bool) -> Function:
        """Return a function that boots late providers first, and then calls the one it finds."""

        def deliver(*arguments: object) -> object:
            self.providers.boot_late()
            return find()(*arguments)

        async def adeliver(*arguments: object) -> object:
            await self.owner.boot()
            return await find()(*arguments)

        return adeliver if awaiting else deliver

    def _compiled(self, node: Node, *, awaiting: bool) -> tuple[Function, Collection[object]]:
        """Return a function, and the slots of the singletons that do not exist yet for it."""
        singletons = self.singletons
        if node.binding.lifetime != "singleton" or singletons.ready(node) is not None:
            delivery = Delivery(self, awaiting=awaiting)
            return delivery.delivery(node), delivery.unbuilt
        if awaiting:
            return (lambda _: singletons.abuild(node)), [node.slot]
        return partial(self._build, node), [node.slot]

    def _build(self, node: Node, _: Scope) -> object:
        if self.singletons.is_awaited(node):
            return refuse_async(node, node)
        return self.singletons.build(node)

    def _drop(self, key: object) -> None:
        for functions in (self.sync, self.awaiting, self.entries):
            functions.pop(key, None)
