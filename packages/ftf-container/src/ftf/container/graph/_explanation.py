"""Drawings of the graph: the tree of `explain`, text, Mermaid and SVG."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .._dependency_path import Step, function_of, location_of, name_of
from ..keys._key import unqualified
from ..registration._factory_kind import Kind
from ._node import Node
from ._service import Service, how_of, service_of


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a service is built; `str()` draws it as a tree."""

    node: Node

    def __str__(self) -> str:
        return "\n".join(self._lines())

    @property
    def keys(self) -> frozenset[object]:
        """The keys of the service and of all that it is built from."""
        return frozenset((self.node.binding.key, *self.needs()))

    def needs(self, depth: int | None = None) -> list[object]:
        """Return the keys of what the service is built from, the nearest first.

        Args:
            depth: How far below it; all the way by default.
        """
        seen, level = [self.node], [self.node]
        while level and (depth is None or depth > 0):
            below = dict.fromkeys(each for node in level for _, each, _ in node.arguments)
            level = [node for node in below if node not in seen]
            seen += level
            depth = None if depth is None else depth - 1
        return [node.binding.key for node in seen[1:]]

    def _lines(self) -> Iterator[str]:
        seen: set[Node] = set()
        stack = [("", "", "", self.node)]
        while stack:
            branch, indent, parameter, node = stack.pop()
            again = bool(node.arguments) and node in seen
            yield f"{branch}{_line(node, parameter)}" + " ..." * again
            below = [] if again else [(name, each) for name, each, _ in reversed(node.arguments)]
            for index, (name, each) in enumerate(below):
                # A stack: what is pushed first, the last argument, is drawn last.
                branch, deeper = ("├─ ", "│  ") if index else ("└─ ", "   ")
                stack.append((indent + branch, indent + deeper, name, each))
            seen.add(node)


@dataclass(frozen=True, slots=True)
class DependencyGraph:
    """The registered services and what they need."""

    nodes: tuple[Node, ...]

    @property
    def services(self) -> tuple[Service, ...]:
        """The services, and those that they are made from."""
        return tuple(service_of(node) for node in self._all())

    def around(self, key: object, depth: int | None = None) -> "DependencyGraph":
        """Return the graph of one service: what it needs, and what needs it directly.

        Args:
            key: The service.
            depth: How far below it; all the way by default.
        """
        found = [node for node in self._all() if node.binding.key == key]
        users = [
            replace(node, arguments=tuple(each for each in node.arguments if each.node in found))
            for node in self._all()
            if any(each.node in found for each in node.arguments)
        ]
        cut = {node: _cut(node, depth) for node in found}
        return DependencyGraph((*cut.values(), *(_replaced(node, cut) for node in users)))

    def to_text(self) -> str:
        """Draw the graph as a line for each service, with the names of what it needs."""
        return "\n".join(
            f"{each.name} [{each.how}]" + (f" → {', '.join(each.needs)}" if each.needs else "")
            for each in self.services
        )

    def to_mermaid(self) -> str:
        """Draw the graph in the notation of https://mermaid.js.org."""
        names = {node: f"n{number}" for number, node in enumerate(self._all())}
        edges: list[str] = []
        for node, name in names.items():
            edges += (f"    {name} --> {names[below]}" for _, below, _ in node.arguments)
        labels = (
            f'    {name}["{name_of(node.binding.key).replace('"', "'")}<br/>{how_of(node)}"]'
            for node, name in names.items()
        )
        return "\n".join(("flowchart TD", *labels, *dict.fromkeys(edges)))

    def to_svg(self) -> str:
        """Draw the graph as an SVG image: what needs others is to the left of them."""
        from ._svg import draw_services  # few programs draw

        nodes = self._all()
        numbers = {node: number for number, node in enumerate(nodes)}
        edges = [
            (numbers[node], numbers[below]) for node in nodes for _, below, _ in node.arguments
        ]
        return draw_services([service_of(node) for node in nodes], dict.fromkeys(edges))

    def _all(self) -> list[Node]:
        """Return the nodes and all below them, each once."""
        found: dict[Node, None] = {}
        queue = list(self.nodes)
        for node in queue:
            if node not in found:
                found[node] = None
                queue += (below for _, below, _ in node.arguments)
        return [*found]


def _cut(node: Node, depth: int | None) -> Node:
    """Return a node without what is further below it than a depth; what several need stays one."""
    if depth is None:
        return node
    shown, level = {node}, {node}
    for _ in range(depth):
        level = {each.node for above in level for each in above.arguments} - shown
        shown |= level
    return _within(node, shown, {})


def _within(node: Node, shown: set[Node], copies: dict[Node, Node]) -> Node:
    """Return a copy of a node, the only one, that needs nothing but what is shown."""
    if node not in copies:
        below = (each for each in node.arguments if each.node in shown)
        arguments = (each._replace(node=_within(each.node, shown, copies)) for each in below)
        copies[node] = replace(node, arguments=tuple(arguments))
    return copies[node]


def _replaced(node: Node, by: dict[Node, Node]) -> Node:
    below = (each._replace(node=by[each.node]) for each in node.arguments)
    return replace(node, arguments=tuple(below))


def _line(node: Node, parameter: str) -> str:
    """Describe a service: its key, what makes it and where that is written, and its decorators."""
    name = f"{parameter}: {name_of(node.binding.key)}" if parameter else name_of(node.binding.key)
    made_by = f" → {name_of(function_of(node.binding.factory))}" if _is_bound(node) else ""
    location = node.binding.step().location
    place = f"  ({location})" if location else ""
    decorators = " and by ".join(str(Step(each, "", location_of(each))) for each in node.extensions)
    decorated = f", decorated by {decorators}" if decorators else ""
    return f"{name}{made_by}{place} [{how_of(node)}]{decorated}"


def _is_bound(node: Node) -> bool:
    """Return whether something else than the key itself makes a service."""
    key, factory, kind = node.binding.key, node.binding.factory, node.binding.kind
    is_itself = factory in (key, unqualified(key)[0])
    return not is_itself and kind not in {Kind.VALUE, Kind.SCOPE} and node.binding.members is None
