"""Routes of included routers, as they are served in one inclusion."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from re import Pattern
from typing import Any, Protocol, cast, override

from fastapi.routing import APIRoute
from starlette.convertors import Convertor
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from ..plan._planned import PlannedApp


class Effective(Protocol):
    """A route as it is served in one place, with the prefix and the limits of its routers."""

    path: str
    path_regex: Pattern[str]
    param_convertors: dict[str, Convertor[Any]]
    methods: set[str]
    endpoint: Callable[..., object]
    app: ASGIApp


@dataclass(frozen=True, slots=True)
class Included:
    """A route of an included router, in one inclusion of it."""

    path: str
    path_regex: Pattern[str]
    param_convertors: dict[str, Convertor[Any]]
    methods: set[str]
    endpoint: Callable[..., object]
    app: ASGIApp


class _Context(Protocol):
    """A route as it is served in one inclusion."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]: ...

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class IncludedRoute(BaseRoute):
    """A route of an included router, in one inclusion of it.

    It is matched as FastAPI matches it, without the other routes of the router. The router serves
    the first connection, and what it has left in the scope is left in the scope of each.

    Args:
        top: What the application's router has in its list: the included router.
        context: The `RouteContext` of the inclusion.
        route: The route.

    Attributes:
        top: The included router.
        context: The `RouteContext`.
        methods: Those of the inclusion; none for a websocket.
    """

    def __init__(self, top: BaseRoute, context: object, route: BaseRoute) -> None:
        self.top: BaseRoute = top
        self.context: object = context
        self.methods: frozenset[str] = frozenset(getattr(context, "methods", None) or ())
        self._route = route
        self._served = cast("_Context", context)
        self._fastapi: Mapping[str, object] | None = None

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether the route serves a connection, or would with another method."""
        return self._served.matches(scope)[0], {}

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection, or refuse its method."""
        _, left = self._served.matches(scope)
        is_api = isinstance(self._route, APIRoute)
        if is_api:
            left["route"] = self._route
        if self._fastapi is None:
            try:
                await self.top.handle(scope, receive, send)
            finally:
                # Routes are equal that have other dependencies.
                is_same = scope.get("route") is left.get("route")
                if is_same and scope.get("endpoint") == left["endpoint"]:
                    self._fastapi = dict(scope.get("fastapi") or ())
            return
        scope.update(left, fastapi={**self._fastapi})
        # FastAPI's route looks for its inclusion in the scope; the others were copied for it.
        await (self._route if is_api else self._served).handle(scope, receive, send)


def included(context: object) -> Included:
    """Return a route as it is served in an inclusion.

    Args:
        context: The `RouteContext` of the inclusion.
    """
    # Read once: FastAPI finds each attribute of a context by three calls.
    found = cast("Effective", context)
    return Included(
        found.path,
        found.path_regex,
        found.param_convertors,
        found.methods,
        found.endpoint,
        PlannedApp.of(context),
    )
