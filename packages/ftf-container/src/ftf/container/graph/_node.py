"""Nodes: bindings with the nodes of their arguments."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from .._dependency_path import DependencyPath
from ..registration._binding import Binding
from ..registration._factory_kind import Kind
from ..registration._registry import ActiveOverride, Extension


class Argument(NamedTuple):
    """The node that one parameter of a factory gets."""

    name: str
    node: "Node"
    by_name: bool


class Slot(NamedTuple):
    """The slot of an instance that was made under overrides: its key, and those overrides."""

    key: object
    overrides: frozenset[ActiveOverride]


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A binding with everything it needs.

    Args:
        binding: How instances are made.
        arguments: What the factory is called with.
        extensions: What decorates an instance once it is made.
        overrides: The overrides that anything from here down comes from.
        is_async: Whether anything from here down has to be awaited.
        needs_scope: Whether anything from here down lives in the scope that asks.
    """

    binding: Binding
    arguments: tuple[Argument, ...]
    extensions: tuple[Extension, ...]
    overrides: frozenset[ActiveOverride]
    is_async: bool
    needs_scope: bool

    @classmethod
    def of(
        cls,
        binding: Binding,
        arguments: tuple[Argument, ...] = (),
        extensions: tuple[Extension, ...] = (),
        override: ActiveOverride | None = None,
    ) -> "Node":
        """Return a node, with the facts that follow from its arguments."""
        below = [argument.node for argument in arguments]
        awaited = binding.kind.is_async or any(Kind.of(each).is_async for each in extensions)
        scoped = binding.lifetime == "scoped"
        return cls(
            binding,
            arguments,
            extensions,
            overrides=frozenset(filter(None, [override])).union(
                *(node.overrides for node in below)
            ),
            is_async=awaited or any(node.is_async for node in below),
            needs_scope=scoped or any(node.needs_scope for node in below),
        )

    @property
    def slot(self) -> object:
        """What an instance is stored under: its key, or a `Slot` if it is made under overrides."""
        return Slot(self.binding.key, self.overrides) if self.overrides else self.binding.key

    @property
    def is_awaited(self) -> bool:
        """Whether the making of this very instance has to be awaited."""
        kinds = (self.binding.kind, *map(Kind.of, self.extensions))
        return any(kind.is_async for kind in kinds)

    def path_to(self, found: "Callable[[Node], bool]") -> DependencyPath:
        """Return the path to the nearest node that `found` accepts; empty when there is none."""
        # Breadth first, so that the first path found is the shortest.
        paths: dict[Node, DependencyPath] = {self: (self.binding.step(),)}
        for node in (queue := [self]):
            if found(node):
                return paths[node]
            for name, below, _ in node.arguments:
                if below not in paths:
                    paths[below] = (*paths[node], below.binding.step(name))
                    queue.append(below)
        return ()
