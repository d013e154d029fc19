"""Requests that no route of the user's serves."""

from collections.abc import Iterable, Iterator, Sequence

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from ._mounts import walk

_NOT_ALLOWED = 405


class Unmatched:
    """Serves routes where a router has none, and names every method of a path that has others.

    A router answers 405 with the methods of one route only. The routes come after all of the
    router's, whenever those were added, and before its default; a mount at the root, which takes
    whatever is left, comes after them.

    Args:
        router: The router to wrap.
        last: The routes.
    """

    def __init__(self, router: Router, last: Sequence[Route]) -> None:
        self.router = router
        self.app = router.middleware_stack
        self.last = last
        self._endings = tuple(route.path for route in last)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        # What matches leaves its marks in the scope, and FastAPI's routes look for theirs.
        asked, app, routes = {**scope}, self.app, self.router.routes
        if scope["type"] == "http" and scope["path"].endswith(self._endings):
            for route in self.last:
                match, child_scope = route.matches(scope)
                if match is not Match.NONE and self._is_free(scope):
                    scope.update(child_scope)
                    app, routes = route.handle, [route]
        try:
            await app(scope, receive, send)
        except HTTPException as error:
            if error.status_code == _NOT_ALLOWED:
                _complete(error, routes, asked)
            raise

    def _is_free(self, scope: Scope) -> bool:
        """Return whether the application's own router neither serves a path nor redirects it."""
        if getattr(scope.get("app"), "router", self.router) is not self.router:
            return False
        path: str = scope["path"]
        paths = {path, f"{path}/"} if self.router.redirect_slashes else {path}
        return all(
            route.matches({**scope, "path": each})[0] is Match.NONE
            for route in self.router.routes
            if not (isinstance(route, Mount) and not route.path)
            for each in paths
        )


def _complete(error: HTTPException, routes: Iterable[BaseRoute], asked: Scope) -> None:
    methods = sorted(_methods(routes, asked, asked["method"]))
    if methods:
        error.headers = {**(error.headers or {}), "Allow": ", ".join(methods)}


def _methods(routes: Iterable[BaseRoute], asked: Scope, method: str) -> Iterator[str]:
    """List the methods of the routes that have the path, below a mount as well."""
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
