"""Requests that no route of the user matches: `/health` and the like, and the header `Allow`."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Final

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from ._tree import walk

# In the scope: the routes of the application's router that may serve the connection. The index has
# compared its path, and the one with a slash more or less, with those of all.
CANDIDATES: Final = "ftf.http.candidates"
_NOT_ALLOWED: Final = 405


class Unmatched:
    """Serves further routes after those of a router, and completes the header `Allow` of a 405.

    The further routes are tried after all routes of the router, also those that are added later,
    and before its default and a mount at the root. A 405 of Starlette's router names the methods
    of one route only; here it names those of every route with the path.

    Args:
        router: The router to wrap.
        last: The further routes.

    Attributes:
        paths: Their paths.
    """

    def __init__(self, router: Router, last: Sequence[Route]) -> None:
        self.router = router
        self.app = router.middleware_stack
        self.last: list[Route] = []
        self.paths: frozenset[str] = frozenset()
        self._ends: tuple[str, ...] = ()
        self.add(*last)

    def add(self, *routes: Route) -> None:
        """Add further routes."""
        self.last += routes
        self._ends = tuple(route.path for route in self.last)
        self.paths = frozenset(self._ends)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        app, routes = self.app, self.routes_for(scope)
        route = self.further(scope)
        candidates = scope.pop(CANDIDATES, None)  # not for an application that is mounted
        if route is not None:
            scope.update(route.matches(scope)[1])
            app, routes = route.handle, [route]
        elif candidates is not None:
            narrowed = copy(self.router)
            narrowed.routes = candidates
            app = narrowed.app
        with completing_allow(routes, scope):
            await app(scope, receive, send)

    def routes_for(self, scope: Scope) -> Sequence[BaseRoute]:
        """Return the routes of the router that may serve a connection."""
        candidates: list[BaseRoute] | None = scope.get(CANDIDATES)
        return self.router.routes if candidates is None else candidates

    def further(self, scope: Scope) -> Route | None:
        """Return the further route that serves a connection; `None` if none does."""
        if scope["type"] == "http" and scope["path"].endswith(self._ends):
            for route in self.last:
                if route.matches(scope)[0] is not Match.NONE and self._is_free(scope):
                    return route
        return None

    def _is_free(self, scope: Scope) -> bool:
        """Return whether the router of the application neither serves nor redirects a path."""
        # The router of an application may be mounted alone, in an application with its own routes.
        if getattr(scope.get("app"), "router", self.router) is not self.router:
            return False
        path: str = scope["path"]
        paths = {path, f"{path}/"} if self.router.redirect_slashes else {path}
        return all(
            route.matches({**scope, "path": each})[0] is Match.NONE
            for route in self.routes_for(scope)
            if not (isinstance(route, Mount) and not route.path)
            for each in paths
        )


@contextmanager
def completing_allow(routes: Iterable[BaseRoute], scope: Scope) -> Iterator[None]:
    """Make the header `Allow` of a 405 name the methods of every route with the path.

    Args:
        routes: The routes that may serve the request.
        scope: The request.
    """
    # What matches leaves its marks in the scope, and FastAPI's routes look for theirs.
    asked = {**scope}
    try:
        yield
    except HTTPException as error:
        if error.status_code == _NOT_ALLOWED:
            headers = error.headers or {}
            # Starlette's own are those of a route that may be in a mount of an included router.
            own = headers.get("Allow", "").split(", ")
            methods = sorted({*filter(None, own), *_methods(routes, asked, asked["method"])})
            if methods:
                error.headers = {**headers, "Allow": ", ".join(methods)}
        raise


def _methods(routes: Iterable[BaseRoute], asked: Scope, method: str) -> Iterator[str]:
    """Return the methods of the routes with the path, those of mounted applications included."""
    for route in routes:
        match, child_scope = route.matches({**asked, "method": method})
        if match is Match.PARTIAL:
            below = {
                each for part in walk([route]) for each in getattr(part, "methods", None) or ()
            }
            for each in below:
                if route.matches({**asked, "method": each})[0] is Match.FULL:
                    yield each
        elif match is Match.FULL:
            yield from _methods(getattr(route, "routes", ()), {**asked, **child_scope}, method)
            return
