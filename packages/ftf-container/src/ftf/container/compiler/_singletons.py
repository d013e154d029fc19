"""The instances that live as long as the container."""

from collections.abc import Callable, Generator, Iterable
from threading import get_ident
from typing import TYPE_CHECKING, Any

from ..graph._node import Node
from ..graph._trampoline import run
from ..registration._factory_kind import Kind
from ..registration._registry import Registry
from ..scopes._builds import ajoin, enter, join, leave
from ..scopes._event_loop import current_task
from ..scopes._scope import MISSING, Scope
from ._delivery import Assembly

if TYPE_CHECKING:
    from ._functions import Resolvers


class Singletons:
    """Builds each singleton once, whichever task, thread or event loop asks first.

    Args:
        resolvers: What is compiled against the singletons.
        registry: What says whether a binding still holds when its instance is made.
        root: The scope that closes them.
    """

    def __init__(self, resolvers: "Resolvers", registry: Registry, root: Scope) -> None:
        self.instances: dict[object, object] = {}
        self._resolvers = resolvers
        self._registry = registry
        self._root = root

    def ready(self, node: Node) -> tuple[object] | None:
        """Look for an instance that will stay the same."""
        if node.binding.kind is Kind.VALUE:
            return (node.binding.factory(),)
        if node.binding.lifetime != "singleton":
            return None
        instance = self.instances.get(node.slot, MISSING)
        return None if instance is MISSING else (instance,)

    def is_awaited(self, node: Node) -> bool:
        """Tell whether a singleton, or what is not there yet below it, has to be awaited."""
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
        """List the slots of a singleton and of those below it that are not there yet."""
        return (each.slot for each in self._unbuilt(node))

    def _unbuilt(self, node: Node) -> list[Node]:
        """List a singleton and those below it that are not there yet, each after what it needs."""
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
            if (ready := self.ready(node)) is not None:
                return ready[0]
            build = Assembly(self._resolvers, awaiting=False).build(node)
            return self._keep(node, build(self._root))
        finally:
            leave(self._root, node.slot)

    async def _abuild_one(self, node: Node) -> object:
        me = current_task()
        while not enter(self._root, node.slot, me):
            await ajoin(self._root, node)
        try:
            if (ready := self.ready(node)) is not None:
                return ready[0]
            build: Callable[..., Any] = Assembly(self._resolvers, awaiting=True).build(node)
            return self._keep(node, await build(self._root))
        finally:
            leave(self._root, node.slot)

    def _keep(self, node: Node, made: object) -> object:
        """Store a built singleton, unless what it was made from was replaced meanwhile."""
        with self._resolvers.lock:
            if self._is_current(node):
                self.instances[node.slot] = made
                self._resolvers.singleton_built(node.slot, made)
        return made

    def _is_current(self, node: Node) -> bool:
        """Return whether a node's registration, decorators and overrides are still in force."""
        registry, binding = self._registry, node.binding
        if not node.layers.issubset(registry.layers):
            return False
        if any(layer.binding is binding for layer in node.layers):
            return True
        return registry.is_current(binding) and node.extensions == registry.extensions_of(
            binding.key
        )
