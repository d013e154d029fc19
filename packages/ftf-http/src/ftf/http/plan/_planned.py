"""The ASGI application of a route, which makes its plan at the first request."""

import logging
from collections.abc import Awaitable
from typing import Self

from starlette.types import ASGIApp, Receive, Scope, Send

from ._facts import NotPlannedError, RouteFacts
from ._plan import Plan
from ._way import RouteWay

_logger = logging.getLogger("ftf.http")
_OTHER_ROUTE = "it is not an API route of FastAPI"
_OTHER_CLASS = "its class is not `ftf.http.Route`"


class PlannedApp:
    """Serves the requests of a route by its plan, or by FastAPI.

    Args:
        facts: The facts of the route.
        app: The ASGI application that FastAPI has made for it.
    """

    __slots__ = ("_facts", "_serve", "app")

    def __init__(self, facts: RouteFacts, app: ASGIApp) -> None:
        self.app = app
        self._facts = facts
        self._serve: ASGIApp | None = None

    @classmethod
    def of(cls, route: object) -> Self:
        """Return the planned application of a route.

        Args:
            route: A FastAPI route, or the `RouteContext` of one of its inclusions, with the ASGI
                application that FastAPI has made for it.
        """
        app: ASGIApp = getattr(route, "app")  # noqa: B009  # a RouteContext has any attribute
        return app if isinstance(app, cls) else cls(RouteFacts.of(route), app)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        serve = self._serve or self._planned(scope)
        return serve(scope, receive, send)

    def way(self, container: object) -> RouteWay:
        """Return the way of the route.

        Args:
            container: The container of the application.
        """
        path, methods = self._facts.path, self._facts.methods
        try:
            Plan(self._facts, self.app, container)
        except NotPlannedError as error:
            return RouteWay(path, methods, "fastapi", error.reason)
        return RouteWay(path, methods, "compiled")

    def _planned(self, scope: Scope) -> ASGIApp:
        container = getattr(scope.get("app"), "container", None)
        try:
            self._serve = Plan(self._facts, self.app, container).serve
        except NotPlannedError as error:
            self._serve = self.app
            _logger.debug("%s is served by FastAPI: %s", self._facts.path, error)
        else:
            _logger.debug("%s is served by a compiled plan", self._facts.path)
        return self._serve


def way_of(route: object, container: object) -> RouteWay:
    """Return the way of a route.

    Args:
        route: A route, or the `RouteContext` of one of its inclusions.
        container: The container of the application.
    """
    path, methods = getattr(route, "path", None) or "", getattr(route, "methods", None) or ()
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        return RouteWay(path, frozenset(methods), "fastapi", _OTHER_ROUTE)
    app = PlannedApp.of(route)
    # Outside of an inclusion, FastAPI calls the application of the route itself.
    is_included = dependant is not getattr(getattr(route, "route", route), "dependant", None)
    if not is_included and app is not getattr(route, "app", None):
        return RouteWay(path, frozenset(methods), "fastapi", _OTHER_CLASS)
    return app.way(container)
