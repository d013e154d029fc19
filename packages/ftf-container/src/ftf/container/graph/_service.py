"""What a drawing says about a service."""

import re
from dataclasses import dataclass

from .._dependency_path import name_of
from ..registration._factory_kind import Kind
from ._node import Node


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a graph.

    Args:
        key: What it is known by.
        name: The key as it is written in code.
        how: Its lifetime, or "value" for a ready object.
        location: `file:line` of what makes it, if it is known.
        needs: The names of what it is made from.
    """

    key: object
    name: str
    how: str
    location: str
    needs: tuple[str, ...]


def service_of(node: Node) -> Service:
    """Return what a drawing says about the service of a node."""
    return Service(
        node.binding.key,
        _short_name(node.binding.key),
        how_of(node),
        node.binding.step().location,
        tuple(dict.fromkeys(_short_name(below.binding.key) for _, below, _ in node.arguments)),
    )


def _short_name(key: object) -> str:
    """Return a key as it is written in code that imports its types by name."""
    return name_of(key) if isinstance(key, type) else re.sub(r"(\w+\.)+(?=\w)", "", name_of(key))


def how_of(node: Node) -> str:
    """Return the lifetime of a service, or "value" for a ready object."""
    if node.binding.kind is Kind.VALUE:
        return "value"
    return f"{node.binding.lifetime}{', async' * node.is_awaited}"
