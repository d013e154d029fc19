"""The nodes of a container: which service needs which, checked before anything is built."""

from collections.abc import Callable, Collection, Iterable

from ..exceptions import DependencyResolutionError
from ..registration._binding import Binding
from ..registration._registry import Registry
from ._node import Node
from ._walk import GraphWalk

type Visit = Callable[[GraphWalk], list[Node | None]]


class Graph:
    """The nodes of a registry, each made when it is first asked for.

    Args:
        registry: What is registered; read anew after each `clear`.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._nodes: dict[object, Node] = {}

    def clear(self) -> None:
        """Drop every node, because registrations changed."""
        # A new dictionary, so that a walk in progress does not fill the nodes of the next.
        self._nodes = {}

    def node(self, key: object) -> Node:
        """Return the node of a key.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        return self.nodes(lambda: [key])[0]

    def nodes(self, keys: Callable[[], Iterable[object]]) -> tuple[Node, ...]:
        """Return the nodes of the keys that a function returns, all of the same registrations.

        Raises:
            DependencyResolutionError: One of them cannot be built.
        """
        return self._found(lambda walk: [walk.node(key) for key in keys()])

    def call(self, binding: Binding, given: Collection[str]) -> Node:
        """Return the node of a function call, without the parameters that are `given`.

        Raises:
            DependencyResolutionError: An argument cannot be built.
        """
        return self._found(lambda walk: [walk.call(binding, given)])[0]

    def faults(self, hints: Collection[object] = ()) -> tuple[DependencyResolutionError, ...]:
        """Return every fault of what some hints ask for, or of all that is known here."""
        walk, _ = self._walked(
            (lambda walk: [walk.hint(each) for each in hints]) if hints else self._everything
        )
        return tuple(walk.faults)

    def _everything(self, walk: GraphWalk) -> list[Node | None]:
        # What is declared comes first, so that a fault it shares is reported with its label.
        declared = [walk.declared(each) for each in self._registry.declared]
        return declared + [walk.node(key) for key in self._registry.closed_keys()]

    def _found(self, visit: Visit) -> tuple[Node, ...]:
        walk, nodes = self._walked(visit)
        if walk.faults:
            raise walk.faults[0]
        return tuple(node for node in nodes if node)

    def _walked(self, visit: Visit) -> tuple[GraphWalk, list[Node | None]]:
        """Walk until no deferred provider registers services on the way."""
        while True:
            before = self._nodes
            walk = GraphWalk(self._registry, before)
            nodes = visit(walk)
            if self._nodes is before:
                return walk, nodes
