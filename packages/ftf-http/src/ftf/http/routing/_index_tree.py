"""The tree of path segments that finds the routes which may match a path."""

import re
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Final, Protocol

from starlette.convertors import (
    Convertor,
    FloatConvertor,
    IntegerConvertor,
    StringConvertor,
    UUIDConvertor,
)
from starlette.routing import PARAM_REGEX

# What these match has no slash, so that such a parameter is a part of one segment.
_OF_ONE_SEGMENT: Final = frozenset(
    kind.regex for kind in (FloatConvertor, IntegerConvertor, StringConvertor, UUIDConvertor)
)


class Ordered(Protocol):
    """An entry of the index."""

    @property
    def order(self) -> int:
        """The place of its route among all routes."""
        ...


class Node[E: Ordered]:
    """The routes below a number of path segments.

    Attributes:
        ends: The entries whose paths end here.
        rests: The entries that may match whatever follows, as parameters with a slash do.
    """

    __slots__ = ("dynamic", "ends", "rests", "static")

    def __init__(self) -> None:
        self.static: dict[str, Node[E]] = {}
        self.dynamic: Node[E] | None = None
        self.ends: list[E] = []
        self.rests: list[E] = []

    def add(self, path: str, convertors: Mapping[str, Convertor[object]], entry: E) -> None:
        """Add an entry by the path of its route, with parameters in braces."""
        _, *segments = path.split("/")
        node: Node[E] = self
        for segment in segments:
            names = [found[1] for found in PARAM_REGEX.finditer(segment)]
            if not names:
                node = node.static.setdefault(segment, Node())
            elif all(convertors[name].regex in _OF_ONE_SEGMENT for name in names):
                node.dynamic = node.dynamic or Node()
                node = node.dynamic
            else:
                node.rests.append(entry)
                return
        node.ends.append(entry)

    def candidates(self, path: str) -> list[E]:
        """Return the entries whose routes may match a path, in the order of the routes."""
        found = [*self.rests]
        self._collect(path.split("/"), 1, found)
        if len(found) > 1:
            found.sort(key=_ORDER)
        return found

    def _collect(self, segments: list[str], at: int, found: list[E]) -> None:
        """Add the entries below this node whose routes may match the segments from `at` on."""
        node: Node[E] = self
        for place in range(at, len(segments)):
            static, dynamic = node.static.get(segments[place]), node.dynamic
            if static is not None and dynamic is not None:
                found += static.rests
                static._collect(segments, place + 1, found)  # noqa: SLF001  # the same class
                static = None
            below = static or dynamic
            if below is None:
                return
            node = below
            if node.rests:
                found += node.rests
        found += node.ends


_ORDER = attrgetter("order")


def pattern_of(path: str, convertors: Mapping[str, Convertor[object]]) -> str:
    """Return the regular expression that Starlette makes of a path, as text."""
    pattern, end = "^", 0
    for found in PARAM_REGEX.finditer(path):
        pattern += re.escape(path[end : found.start()])
        pattern += f"(?P<{found[1]}>{convertors[found[1]].regex})"
        end = found.end()
    return f"{pattern}{re.escape(path[end:])}$"


def merged[E: Ordered](*parts: Iterable[E]) -> list[E]:
    """Return the entries of several lists in the order of their routes."""
    return sorted((entry for part in parts for entry in part), key=_ORDER)
