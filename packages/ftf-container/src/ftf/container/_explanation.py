"""The graph of services, drawn."""

from collections.abc import Iterator
from dataclasses import dataclass

from ._kind import Kind
from ._node import Node
from ._path import name_of


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a service is built; `str()` draws it as a tree."""

    node: Node

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        seen: set[Node] = set()
        stack = [(0, "", self.node)]
        while stack:
            depth, parameter, node = stack.pop()
            branch = "   " * (depth - 1) + "└─ " if depth else ""
            again = bool(node.arguments) and node in seen
            yield f"{branch}{node.binding.step(parameter)} [{_how(node)}]" + " ..." * again
            below = () if again else reversed(node.arguments)
            stack += ((depth + 1, name, each) for name, each, _ in below)
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


def _how(node: Node) -> str:
    if node.binding.kind is Kind.VALUE:
        return "value"
    return f"{node.binding.lifetime}{', async' * node.is_awaited}"
