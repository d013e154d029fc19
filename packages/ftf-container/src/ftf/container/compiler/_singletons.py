"""Singletons: the instances that live as long as the container, each built once."""

from collections.abc import Generator, Iterable
from itertools import chain
from threading import get_ident
from typing import Protocol

from ..graph._node import Node
from ..graph._trampoline import run
from ..registration._factory_kind import Kind
from ..registration._registry import Registry
from ..scopes._builds import ajoin, enter, join, leave
from ..scopes._event_loop import current_task
from ..scopes._state import MISSING
from ._delivery import Delivery
from ._links import Links


class Compiled(Links, Protocol):
    """The functions that were compiled against the singletons."""

    def singleton_built(self, slot: object) -> None:
        """Drop the functions that were written without a singleton."""


class Singletons:
    """Builds each singleton once, whichever task, thread or event loop asks first.

    Args:
        functions: What was compiled against the singletons.
        registry: What says whether a registration is still in force when its instance is built.
    """

    def __init__(self, functions: Compiled, registry: Registry) -> None:
        self.instances: dict[object, object] = {}
        self._functions = functions
        self._registry = registry
        self._root = functions.root
        self._shared_ids: set[int] | None = None

    def is_shared(self, instance: object) -> bool:
        """Return whether an instance is a singleton or was registered as it is."""
        shared = self._shared_ids
        return id(instance) in (self._collect_shared() if shared is None else shared)

    def forget_shared(self) -> None:
        """Collect the shared instances again, because singletons or registrations changed."""
        self._shared_ids = None

    def _collect_shared(self) -> set[int]:
        with self._registry.lock:
            shared = chain(self._registry.given_values(), self.instances.values())
            self._shared_ids = set(map(id, shared))
            return self._shared_ids

    def ready(self, node: Node) -> tuple[object] | None:
        """Return an instance that will stay the same, if there is one."""
        if node.binding.kind is Kind.VALUE:
            return (node.binding.factory(),)
        if node.binding.lifetime != "singleton":
            return None
        instance = self.instances.get(node.slot, MISSING)
        return None if instance is MISSING else (instance,)

    def is_awaited(self, node: Node) -> bool:
        """Return whether a singleton, or what does not exist yet below it, has to be awaited."""
        return node.is_async and any(each.is_awaited for each in self._missing(node))

    def build(self, node: Node) -> object:
        """Build a singleton, and first those it needs, however many there are in a row.

        Raises:
            CircularDependencyError: It asked the container for itself.
        """
        return [self._build_one(each) for each in self._unbuilt(node)][-1]

    async def abuild(self, node: Node) -> object:
        """Build a singleton like `build`, awaiting whatever has to be."""
        return [await self._abuild_one(each) for each in self._unbuilt(node)][-1]

    def unbuilt(self, node: Node) -> Iterable[object]:
        """Return the slots of a singleton and of those below it that do not exist yet."""
        return (each.slot for each in self._unbuilt(node))

    def _unbuilt(self, node: Node) -> list[Node]:
        """Return a singleton and those below it that do not exist yet, each after what it needs."""
        return [each for each in self._missing(node) if each.binding.lifetime == "singleton"]

    def _missing(self, node: Node) -> Iterable[Node]:
        seen: dict[Node, None] = {}

        def visit(node: Node) -> Generator[Node]:
            for _, below, _ in node.arguments:
                if below not in seen and self.ready(below) is None:
                    yield below
            seen[node] = None

        run(visit, node)
        return seen

    def _build_one(self, node: Node) -> object:
        me = get_ident()
        while not enter(self._root, node.slot, me):
            join(self._root, node)
        try:
            # Another thread may have built it before this one could enter.
            if (ready := self.ready(node)) is not None:
                return ready[0]
            build = Delivery(self._functions, awaiting=False).build(node)
            return self._store(node, build(self._root))
        finally:
            leave(self._root, node.slot)

    async def _abuild_one(self, node: Node) -> object:
        me = current_task()
        while not enter(self._root, node.slot, me):
            await ajoin(self._root, node)
        try:
            if (ready := self.ready(node)) is not None:
                return ready[0]
            build = Delivery(self._functions, awaiting=True).build(node)
            return self._store(node, await build(self._root))
        finally:
            leave(self._root, node.slot)

    def _store(self, node: Node, made: object) -> object:
        """Store a built singleton, unless what it was made from was replaced meanwhile."""
        with self._registry.lock:
            if self._is_current(node):
                self.instances[node.slot] = made
                if self._shared_ids is not None:
                    self._shared_ids.add(id(made))
                self._functions.singleton_built(node.slot)
        return made

    def _is_current(self, node: Node) -> bool:
        """Return whether a node's registration, decorators and overrides are still in force."""
        registry, binding = self._registry, node.binding
        if not node.overrides.issubset(registry.overrides):
            return False
        if any(each.binding is binding for each in node.overrides):
            return True
        return registry.is_current(binding) and node.extensions == registry.extensions_of(
            binding.key
        )
