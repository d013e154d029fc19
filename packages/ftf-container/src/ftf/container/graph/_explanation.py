"""Drawings of the graph: the tree of `explain`, and Mermaid."""

from collections.abc import Iterator
from dataclasses import dataclass

from .._dependency_path import Step, function_of, location_of, name_of
from ..keys._key import unqualified
from ..registration._factory_kind import Kind
from ._node import Node


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a service is built; `str()` draws it as a tree."""

    node: Node

    def __str__(self) -> str:
        return "\n".join(self._lines())

    @property
    def keys(self) -> frozenset[object]:
        """The keys of the service and of all that it is built from."""
        nodes = [self.node]
        for node in nodes:
            nodes += (below for _, below, _ in node.arguments if below not in nodes)
        return frozenset(node.binding.key for node in nodes)

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

    def to_mermaid(self) -> str:
        """Draw the graph in the notation of https://mermaid.js.org."""
        names: dict[Node, str] = {}
        edges: list[str] = []
        queue = list(self.nodes)
        for node in queue:
            if node not in names:
                names[node] = f"n{len(names)}"
                queue += (below for _, below, _ in node.arguments)
        for node, name in names.items():
            edges += (f"    {name} --> {names[below]}" for _, below, _ in node.arguments)
        labels = (
            f'    {name}["{name_of(node.binding.key).replace('"', "'")}<br/>{_how(node)}"]'
            for node, name in names.items()
        )
        return "\n".join(("flowchart TD", *labels, *dict.fromkeys(edges)))


def _line(node: Node, parameter: str) -> str:
    """Describe a service: its key, what makes it and where that is written, and its decorators."""
    name = f"{parameter}: {name_of(node.binding.key)}" if parameter else name_of(node.binding.key)
    made_by = f" → {name_of(function_of(node.binding.factory))}" if _is_bound(node) else ""
    location = node.binding.step().location
    place = f"  ({location})" if location else ""
    decorators = " and by ".join(str(Step(each, "", location_of(each))) for each in node.extensions)
    decorated = f", decorated by {decorators}" if decorators else ""
    return f"{name}{made_by}{place} [{_how(node)}]{decorated}"


def _is_bound(node: Node) -> bool:
    """Return whether something else than the key itself makes a service."""
    key, factory, kind = node.binding.key, node.binding.factory, node.binding.kind
    is_itself = factory in (key, unqualified(key)[0])
    return not is_itself and kind not in {Kind.VALUE, Kind.SCOPE} and node.binding.members is None


def _how(node: Node) -> str:
    if node.binding.kind is Kind.VALUE:
        return "value"
    return f"{node.binding.lifetime}{', async' * node.is_awaited}"
