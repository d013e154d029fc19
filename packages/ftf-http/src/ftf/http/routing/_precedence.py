"""The order of a controller's routes: those of a subclass before what would hide them."""

from collections.abc import Iterable
from typing import NamedTuple

from starlette.routing import compile_path

from ._options import RouteOptions


class Operation(NamedTuple):
    """The path and options that a decorator such as `get` gives a method."""

    path: str
    options: RouteOptions


class Placed(NamedTuple):
    """An operation of a controller.

    Args:
        method: The name of the controller's method.
        rank: The position of the class that declares it in the `__mro__`.
        operation: The operation.
    """

    method: str
    rank: int
    operation: Operation


def in_precedence(routes: Iterable[Placed]) -> list[Placed]:
    """Return routes in their order, each before the routes of base classes that would hide it.

    The first route that matches a request serves it, so `/export` of a subclass would be read as
    the `/{id}` of its base. Routes of one class stay in the order in which they are written.
    """
    ordered: list[Placed] = []
    for route in routes:
        hiding = (at for at, above in enumerate(ordered) if _hides(above, route))
        ordered.insert(next(hiding, len(ordered)), route)
    return ordered


def _hides(above: Placed, route: Placed) -> bool:
    """Return whether a route of a base class matches what a route is for."""
    (pattern, options), (path, others) = above.operation, route.operation
    if above.rank <= route.rank or options["methods"] != others["methods"]:
        return False
    return _matches(pattern, path) or _matches_by_segment(pattern, path)


def _matches(pattern: str, path: str) -> bool:
    return compile_path(pattern)[0].match(path) is not None


def _matches_by_segment(pattern: str, path: str) -> bool:
    """Return whether each segment is the same or matches: `{id:int}` does not match itself."""
    patterns, segments = pattern.split("/"), path.split("/")
    return len(patterns) == len(segments) and all(
        ours == theirs or _matches(ours, theirs)
        for ours, theirs in zip(patterns, segments, strict=True)
    )
