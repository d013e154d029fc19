"""`Around`: the marks that an application and its routers have around a route."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from inspect import unwrap
from typing import NamedTuple, cast

from fastapi import routing
from starlette.routing import BaseRoute, Router

from ...injection._early_checks import marks_of
from ...injection._endpoint import Endpoint, injected_keys
from ...routing._controller import Controller, declared_dependencies
from ._access import AccessCheck, AccessMark
from ._marks import are_marked

type Level = Sequence[object]


class Place(NamedTuple):
    """A route, and the dependencies of each router around it, the outermost first."""

    route: BaseRoute
    around: tuple[Level, ...]

    @property
    def path(self) -> str | None:
        """The path of the route, if it has one."""
        return getattr(self.route, "path", None)


class Around:
    """The marks that an application and its routers have around a route.

    FastAPI gives the dependencies of routers to its own routes only, as one list.

    Args:
        router: The router of the application.
        documentation: Returns the paths of its OpenAPI document and of the pages that show it.
    """

    def __init__(self, router: Router, documentation: Callable[[], Sequence[str]]) -> None:
        self._router = router
        self._documentation = documentation

    def misses(self, route: object) -> bool:
        """Return whether a router has a mark that does not reach a route of Starlette."""
        return any(
            any(map(are_marked, place.around))
            # The start reports the pages of the documentation among what is open.
            and not (len(place.around) == 1 and place.path in self._documentation())
            for place in self._found(route)
        )

    def contradicts(self, route: object) -> bool:
        """Return whether one list of dependencies opens a route and demands a credential."""
        is_tree = hasattr(routing, "iter_route_contexts")  # older FastAPI has one list for all
        return is_tree and any(
            any(map(_contradicts, (*place.around, *_own(place)))) for place in self._found(route)
        )

    def _found(self, route: object) -> Iterator[Place]:
        """Return the places of a route, which several routers may include."""
        original = getattr(route, "original_route", route)
        return (each for each in _places(self._router) if each.route is original)


def _places(router: object, around: tuple[Level, ...] = ()) -> Iterator[Place]:
    own: Level = getattr(router, "dependencies", ())
    around = (*around, own)
    for route in getattr(router, "routes", ()):
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield Place(route, around)
        else:
            context = getattr(route, "include_context", None)
            given = getattr(context, "dependencies", ())
            yield from _places(inner, (*around, _without(given, own)))


def _own(place: Place) -> Iterator[Level]:
    """Return the lists of dependencies that a route, or its controller, was declared with."""
    endpoint = getattr(place.route, "endpoint", None)
    marks = marks_of(endpoint)  # which stand in the list of an ftf.http.Route too
    listed: Level = getattr(place.route, "dependencies", ())
    given = [each for each in listed if not any(each is mark for mark in marks)]
    controllers = [
        key
        for key in injected_keys(endpoint).values()
        if isinstance(key, type) and issubclass(key, Controller)
    ]
    if not controllers:
        yield _without(given, place.around[-1])
    for controller in controllers:
        yield from declared_dependencies(controller, unwrap(cast("Endpoint", endpoint)))


def _without(given: Level, start: Level) -> Level:
    """Return a list without those that the list of its router begins with."""
    is_start = len(given) >= len(start) and all(map(_is, given, start))
    return given[len(start) :] if is_start else given


def _is(one: object, other: object) -> bool:
    return one is other


def _contradicts(dependencies: Iterable[object]) -> bool:
    checks = (each.dependency for each in dependencies if isinstance(each, AccessMark))
    found = {each.demand.login for each in checks if isinstance(each, AccessCheck)}
    return {True, False} <= found
