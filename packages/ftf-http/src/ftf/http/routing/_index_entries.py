"""The entries of the route index: how each route of an application is matched and called."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from re import Pattern
from typing import Any, Protocol, cast

from fastapi import APIRouter
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.convertors import Convertor
from starlette.routing import BaseRoute, Host, Match, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Scope

from ._index_included import Effective, IncludedRoute, included
from ._index_routes import included_routers
from ._index_tree import pattern_of
from ._tree import walk
from ._unmatched import Unmatched

type Convertors = Mapping[str, Convertor[Any]]

_METHODS = ("matches", "handle")
_SOCKETS = (WebSocketRoute, APIWebSocketRoute)
_MATCHING = (APIRoute, Route, Mount, Host, *_SOCKETS)


@dataclass(frozen=True, slots=True)
class Place:
    """The path of a route, with parameters in braces, and how they are converted."""

    path: str
    convertors: Convertors


class Served(Protocol):
    """What serves the requests of a route."""

    @property
    def app(self) -> ASGIApp:
        """The application of the route, as it is now."""
        ...


class RouteAccess(Protocol):
    """Decides about requests before their route is called, and before their body is read."""

    def guarded(self, route: BaseRoute, served: Served) -> ASGIApp | None:
        """Return what decides about the requests of a route, and then calls its application.

        It is `None` for a route that everyone may call.

        Args:
            route: The route, or the `RouteContext` of one of its inclusions.
            served: Has the application of the route, which may be replaced later.
        """
        ...

    def around(self, routers: Unmatched) -> ASGIApp:
        """Return what decides about the requests that only FastAPI's routers find a route for.

        Args:
            routers: FastAPI's routers, and the further routes behind them.
        """
        ...


class Entry:
    """A route that matches by its path and methods, in one place of the route tree.

    The first request of a route goes FastAPI's way, and the index serves the following ones if
    FastAPI has found the same route. What FastAPI has left in the scope of the first about the
    included router, it leaves in the scope of each.

    Args:
        order: The number of the route.
        place: Its path.
        routes: The route, and what stands for it in the list of a router.
        effective: The route as it is served here.
        guarded: What decides about its requests, if not everyone may call it.
    """

    __slots__ = (
        "effective",
        "fastapi",
        "guarded",
        "is_known",
        "listed",
        "order",
        "path",
        "place",
        "route",
    )

    def __init__(
        self,
        order: int,
        place: Place,
        routes: tuple[APIRoute, BaseRoute],
        effective: Effective,
        guarded: ASGIApp | None,
    ) -> None:
        self.order = order
        self.place: Place | None = place
        self.route, self.listed = routes
        self.path = None if place.convertors else place.path  # what a request has to have
        self.effective = effective
        self.guarded = guarded
        self.is_known = False
        self.fastapi: dict[str, object] | None = None

    @property
    def app(self) -> ASGIApp:
        """The application that serves the route."""
        return self.guarded or self.effective.app

    def learn(self, scope: Scope) -> None:
        """Note what FastAPI has left in the scope of a request, if it has served this route."""
        # Routes are equal that have other dependencies.
        is_same = scope.get("route") is self.route
        if is_same and scope.get("endpoint") == self.effective.endpoint:
            self.fastapi = dict(scope.get("fastapi") or ()) or None
            self.is_known = True

    def update(self, scope: Scope, parameters: dict[str, object]) -> None:
        """Change the scope of a request as FastAPI does for this route."""
        scope["route"] = self.route
        scope["endpoint"] = self.effective.endpoint
        scope["path_params"] = parameters
        if self.fastapi is not None:
            scope["fastapi"] = self.fastapi.copy()


class Alone:
    """A route of the application's router that only its own methods know how to serve.

    A router that has no other routes calls them, as the installed FastAPI does.

    Args:
        order: The number of the route.
        place: Its path; `None` if it may match any.
        route: The route.
        router: The application's router.
        access: Decides about requests, if not everyone may call every route.
    """

    __slots__ = ("app", "listed", "order", "place")

    def __init__(
        self,
        order: int,
        place: Place | None,
        route: BaseRoute,
        router: APIRouter,
        access: RouteAccess | None,
    ) -> None:
        self.order = order
        self.place = place
        self.listed = route
        limits = getattr(router, "form_limits", None)
        options: dict[str, Any] = {"form_limits": limits} if limits else {}
        alone = APIRouter(routes=[route], redirect_slashes=False, **options)
        guarded = access.guarded(route, alone) if access else None
        self.app: ASGIApp = guarded or alone.app

    def matches(self, scope: Scope) -> bool:
        """Return whether the route serves a request."""
        return self.listed.matches(scope)[0] is Match.FULL


class Left:
    """A route of an included router that only FastAPI's way can serve.

    Args:
        order: The number of the route.
        place: Its path; `None` if it may match any.
        top: The included router.
        pattern: What a path has to match; `None` if that is not known.
    """

    __slots__ = ("listed", "order", "pattern", "place")

    def __init__(
        self, order: int, place: Place | None, top: BaseRoute, pattern: Pattern[str] | None
    ) -> None:
        self.order = order
        self.place = place
        self.listed = top
        self.pattern = pattern

    def may_match(self, path: str) -> bool:
        """Return whether the route may serve a path."""
        return self.pattern is None or self.pattern.match(path) is not None


class Socket:
    """A route for websockets.

    Args:
        order: The number of the route.
        place: Its path; `None` if it may match any.
        listed: What stands for it in the list of a router.
    """

    __slots__ = ("listed", "order", "place")

    def __init__(self, order: int, place: Place | None, listed: BaseRoute) -> None:
        self.order = order
        self.place = place
        self.listed = listed


type AnyEntry = Entry | Alone | Left | Socket


def entries_of(router: APIRouter, access: RouteAccess | None = None) -> Iterator[AnyEntry]:
    """Return an entry for each route, in the order of the routes.

    Args:
        router: The router.
        access: Decides about requests, if not everyone may call every route.
    """
    order = 0
    for top in router.routes:
        try:
            served = list(_served(top))
        except Exception:  # noqa: BLE001  # FastAPI raises it again where it comes to the route
            order += 1
            yield Left(order, None, top, None)
            continue
        for context, route, effective in served:
            order += 1
            place = _place(route, effective)
            listed = route if route is top else IncludedRoute(top, context, route)
            if isinstance(route, WebSocketRoute) and _has_own(route, _SOCKETS):
                yield Socket(order, place, listed)
            elif isinstance(route, APIRoute) and place is not None:
                found = cast("Effective", effective)
                guarded = access.guarded(context, found) if access else None
                yield Entry(order, place, (route, listed), found, guarded)
            elif route is top:
                yield Alone(order, place, top, router, access)
            else:
                pattern = getattr(effective, "path_regex", None) if place else None
                yield Left(order, place, top, pattern)


def _served(top: BaseRoute) -> Iterator[tuple[BaseRoute, BaseRoute, object]]:
    """Return the routes of an included router, and how each is served; or the one route."""
    contexts = list(walk([top]))
    originals = [getattr(each, "original_route", each) for each in contexts]
    routers = list(included_routers([top]))
    if top in originals or not all(_has_own(router, (APIRouter,)) for router in routers):
        yield top, top, top
        return
    for context, route in zip(contexts, originals, strict=True):
        yield context, route, included(context) if isinstance(route, APIRoute) else context


def _place(route: BaseRoute, effective: object) -> Place | None:
    """Return the path of a route; `None` if it may match others than its regular expression."""
    if not _has_own(route, (APIRoute, Route, Mount, *_SOCKETS)):
        return None
    served = cast("Effective", effective)
    path = served.path + "/{path:path}" if isinstance(route, Mount) else served.path
    if not path.startswith("/"):
        return None
    is_regular = pattern_of(path, served.param_convertors) == served.path_regex.pattern
    return Place(path, served.param_convertors) if is_regular else None


def finds_by_itself(top: BaseRoute) -> bool:
    """Return whether an included router, or a route in it, has `matches` or `handle` of its own.

    Which of its routes serves a request is then known to FastAPI's way alone.
    """
    routers = list(included_routers([top]))
    originals = (getattr(each, "original_route", each) for each in walk([top]) if routers)
    return not (
        all(_has_own(router, (APIRouter,)) for router in routers)
        and all(_has_own(route, _MATCHING) for route in originals)
    )


def handles_by_itself(top: BaseRoute) -> bool:
    """Return whether a route, or one of an included router, may serve any method."""
    is_included = any(included_routers([top]))
    return finds_by_itself(top) if is_included else not _has_own(top, _MATCHING)


def _has_own(thing: object, classes: tuple[type, ...]) -> bool:
    """Return whether a route or router matches and handles requests by methods of FastAPI's."""
    found = [getattr(type(thing), name, None) for name in _METHODS]
    return not any(name in getattr(thing, "__dict__", ()) for name in _METHODS) and any(
        found == [getattr(cls, name, None) for name in _METHODS] for cls in classes
    )
