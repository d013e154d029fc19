"""The places of boxes in a drawing of a graph: columns, and the order and heights within them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

type Edge = tuple[int, int]

_SWEEPS = 12


@dataclass
class Layout:
    """Columns of boxes, such that each edge goes to the right.

    An edge over several columns has a point in each of those between, which keeps a place free
    for its line.

    Args:
        columns: The numbers of boxes and points, by column and from top to bottom.
        heights: The middle of each box and point.
        routes: The numbers that each edge passes.
    """

    columns: list[list[int]]
    heights: dict[int, float] = field(default_factory=dict)
    routes: dict[Edge, list[int]] = field(default_factory=dict)


def lay_out(count: int, edges: Iterable[Edge], *, box: float, point: float) -> Layout:
    """Place the boxes of a graph without circles.

    Args:
        count: The number of boxes.
        edges: The numbers of the boxes at both ends of each edge.
        box: The height that a box needs, with the gap to the next.
        point: The height that the line of an edge needs.
    """
    known = list(edges)
    column = _columns(count, known)
    layout = Layout([[] for _ in range(max(column, default=-1) + 1)])
    for number, place in enumerate(column):
        layout.columns[place].append(number)
    links: dict[int, list[int]] = {}
    for begin, end in known:
        route = [begin]
        for place in range(column[begin] + 1, column[end]):
            route.append(count)
            layout.columns[place].append(count)
            count += 1
        layout.routes[begin, end] = route = [*route, end]
        for one, other in pairwise(route):
            links.setdefault(one, []).append(other)
            links.setdefault(other, []).append(one)
    _order(layout, links)
    sizes = dict.fromkeys(range(len(column)), box)
    _align(layout, links, {each: sizes.get(each, point) for each in range(count)})
    return layout


def _columns(count: int, edges: Sequence[Edge]) -> list[int]:
    """Return the column of each box: right of all that need it, and near to what it needs."""
    needs: list[list[int]] = [[] for _ in range(count)]
    users = [0] * count
    for begin, end in edges:
        needs[begin].append(end)
        users[end] += 1
    column = [0] * count
    ready = [number for number in range(count) if not users[number]]
    for number in ready:
        for below in needs[number]:
            column[below] = max(column[below], column[number] + 1)
            users[below] -= 1
            if not users[below]:
                ready.append(below)
    # From right to left: what nothing needs stands next to the first thing that it needs.
    used = {end for _, end in edges}
    for number in reversed(ready):
        if needs[number] and number not in used:
            column[number] = min(column[below] for below in needs[number]) - 1
    return column


def _order(layout: Layout, links: dict[int, list[int]]) -> None:
    """Sort columns by the mean place of the neighbours, so that few lines cross."""
    for sweep in range(_SWEEPS):
        places = {each: place for items in layout.columns for place, each in enumerate(items)}
        indexes = range(len(layout.columns))
        for index in indexes if sweep % 2 == 0 else reversed(indexes):
            before = index - 1 if sweep % 2 == 0 else index + 1
            beside = set(layout.columns[before]) if 0 <= before < len(layout.columns) else set()
            items = layout.columns[index]
            items.sort(key=lambda each: _mean(each, links, beside, places))  # called here
            places |= {each: place for place, each in enumerate(items)}


def _align(layout: Layout, links: dict[int, list[int]], sizes: dict[int, float]) -> None:
    """Move boxes towards their neighbours, without changing the order of a column."""
    heights = layout.heights
    for items in layout.columns:
        _spread(items, dict.fromkeys(items, 0.0), sizes, heights)
    for sweep in range(_SWEEPS):
        for items in layout.columns if sweep % 2 == 0 else reversed(layout.columns):
            wanted = {each: _mean(each, links, heights, heights) for each in items}
            _spread(items, wanted, sizes, heights)
    top = min((heights[each] - sizes[each] / 2 for each in heights), default=0.0)
    layout.heights = {each: height - top for each, height in heights.items()}


def _spread(
    items: Sequence[int],
    wanted: dict[int, float],
    sizes: dict[int, float],
    heights: dict[int, float],
) -> None:
    """Set heights as near to the wanted ones as sizes allow.

    Boxes that would overlap are a block, whose middle is the mean of what its boxes want.
    """
    blocks: list[tuple[list[int], float]] = []
    for each in items:
        block, begin = [each], wanted[each] - sizes[each] / 2
        while blocks and blocks[-1][1] + _height(blocks[-1][0], sizes) > begin:
            block = blocks.pop()[0] + block
            offsets = _offsets(block, sizes)
            begin = sum(wanted[one] - offsets[one] for one in block) / len(block)
        blocks.append((block, begin))
    for block, begin in blocks:
        heights |= {each: begin + offset for each, offset in _offsets(block, sizes).items()}


def _offsets(block: Sequence[int], sizes: dict[int, float]) -> dict[int, float]:
    """Return how far the middle of each box is from the top of its block."""
    offsets: dict[int, float] = {}
    top = 0.0
    for each in block:
        offsets[each] = top + sizes[each] / 2
        top += sizes[each]
    return offsets


def _height(block: Iterable[int], sizes: dict[int, float]) -> float:
    return sum(sizes[each] for each in block)


def _mean(
    each: int,
    links: dict[int, list[int]],
    beside: Iterable[int],
    places: "dict[int, int] | dict[int, float]",
) -> float:
    near = [places[other] for other in links.get(each, ()) if other in beside]
    return sum(near) / len(near) if near else places[each]
