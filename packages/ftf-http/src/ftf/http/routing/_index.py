"""The route index: which route serves a path, found in the same time for one and for 1,000."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from fastapi import APIRouter
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from ._index_entries import Alone, AnyEntry, Entry, Left, RouteAccess, entries_of
from ._index_included import IncludedRoute
from ._index_routes import Routes, Watch, frontends_of, included_routers
from ._index_tree import Node, merged
from ._late_routes import LateRoutes
from ._originals import routing_is_original
from ._unmatched import CANDIDATES, Unmatched, completing_allow

type Found = tuple[Entry | Alone, dict[str, object]]  # with the parameters in the path

# In the scope: an application that is called in place of the router's routes.
INNER: Final = "ftf.http.inner"
_TELEMETRY: Final = "fastapi.telemetry"
_NO_PARAMETERS: Final[dict[str, object]] = {}


class Snapshot:
    """The routes of a router at one time, by their paths.

    Args:
        router: The router.
        access: Decides about requests, if not everyone may call every route.
    """

    def __init__(self, router: APIRouter, access: RouteAccess | None) -> None:
        # First, so that a change in the meantime is seen.
        routers = list(included_routers(router.routes))
        self.watch = Watch(router, routers)
        self._frontends = frontends_of(routers)
        self._tree: Node[AnyEntry] = Node()
        self._anywhere: list[AnyEntry] = []
        self._static: dict[str, list[AnyEntry] | None] = {}
        for entry in entries_of(router, access):
            if entry.place is None:
                self._anywhere.append(entry)
                continue
            self._tree.add(entry.place.path, entry.place.convertors, entry)
            if not entry.place.convertors:
                self._static[entry.place.path] = None

    def candidates(self, path: str) -> list[AnyEntry]:
        """Return the entries that may match a path, in the order of the routes."""
        known = self._static.get(path)
        if known is not None:
            return known
        found = self._tree.candidates(path)
        if self._anywhere:
            found = merged(found, self._anywhere)
        if path in self._static:  # as many as there are routes, whatever clients ask for
            self._static[path] = found
        return found

    def routes_at(self, paths: Iterable[str]) -> list[BaseRoute] | None:
        """Return the routes that may match one of the paths; `None` if any route may.

        A route of an included router stands for the router, which asks each of its routes.

        Args:
            paths: The paths.
        """
        if self._frontends is None or any(self._frontends):
            return None
        found = merged(*map(self.candidates, paths))
        # A router of which only FastAPI knows which route it chooses.
        whole = [entry.listed for entry in found if isinstance(entry, Left)]
        routes: dict[int, BaseRoute] = {}
        for entry in found:
            route = entry.listed
            if isinstance(route, IncludedRoute) and any(route.top is each for each in whole):
                route = route.top
            routes[id(route)] = route
        return [*routes.values()]


class RouteIndex:
    """Serves the requests of a router by the route that FastAPI would find.

    It stands in the router, in place of its list of routes. What it does not find, and what only
    FastAPI can serve, goes FastAPI's way.

    Args:
        router: The router of an application.
        unmatched: Serves what no route matches.
        late: Refuses connections to routes that the start has not checked, and that have a fault.

    Attributes:
        saw_telemetry: Whether FastAPI records the latest request that came through its layers.
    """

    def __init__(self, router: APIRouter, unmatched: Unmatched, late: LateRoutes) -> None:
        router.routes = Routes(router.routes)
        self._router = router
        self._unmatched = unmatched
        self._late = late
        self._routers: ASGIApp = unmatched
        self._access: RouteAccess | None = None
        self._snapshot: Snapshot | None = None
        stack = router.middleware_stack
        # FastAPI wraps the router where bodies are limited, and so it does each route.
        self._is_bare = stack == router.app
        self._stands_within = self._is_bare or hasattr(stack, "max_body_size")
        self.saw_telemetry: bool = True

    @property
    def is_guarded(self) -> bool:
        """Whether an access is asked about each request."""
        return self._access is not None

    def guard(self, access: RouteAccess) -> None:
        """Ask an access about each request, before its route is called."""
        self._access, self._snapshot = access, None
        self._routers = access.around(self._unmatched)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        inner: ASGIApp | None = scope.pop(INNER, None)
        if inner is not None:
            await inner(scope, receive, send)
            return
        if scope["type"] != "lifespan":
            self._late.check(scope)
        self.saw_telemetry = _TELEMETRY in scope
        # FastAPI's routers say which route was selected, where its telemetry records the request.
        is_silent = scope.get(_TELEMETRY) is None
        is_own = is_silent and routing_is_original()
        found = self.find(scope) if is_own else None
        if found is None:
            if is_own and self._is_bare and scope["type"] != "lifespan":
                with suppress(Exception):  # FastAPI serves what the index cannot read
                    self._narrow(scope)
            await self._routers(scope, receive, send)
            return
        entry, parameters = found
        scope.setdefault("router", self._router)
        if isinstance(entry, Alone):
            with completing_allow(self._router.routes, scope):
                await entry.app(scope, receive, send)
        elif entry.is_known:
            entry.update(scope, parameters)
            await entry.app(scope, receive, send)
        else:
            try:
                await self._routers(scope, receive, send)
            finally:
                entry.learn(scope)

    def find(self, scope: Scope) -> Found | None:
        """Return the route of an HTTP request; `None` if FastAPI has to find it."""
        # What an outer application has left for its own routers is combined with theirs.
        if scope["type"] != "http" or scope.get("fastapi") or not self._stands_within:
            return None
        path: str = path_in(scope) if scope.get("root_path") else scope["path"]
        if not _is_regular(path) or path in self._unmatched.paths:
            return None
        try:
            return self._chosen(self._now().candidates(path), path, scope)
        except Exception:  # noqa: BLE001  # a convertor's; FastAPI calls it again in its layers
            return None

    def _now(self) -> Snapshot:
        """Return the routes as they are now."""
        snapshot = self._snapshot
        if snapshot is None or snapshot.watch.has_changed():
            self._snapshot = snapshot = Snapshot(self._router, self._access)
        return snapshot

    def _narrow(self, scope: Scope) -> None:
        """Leave in the scope the routes that may match its path, or the one of a redirect."""
        path = path_in(scope)
        twin = path.rstrip("/") if path[1:].endswith("/") else f"{path}/"
        paths = [path, twin]
        if scope.get("fastapi") or not all(map(_is_regular, paths)):
            return
        routes = self._now().routes_at(paths)
        if routes is not None:
            scope.setdefault("router", self._router)
            scope[CANDIDATES] = routes

    def _chosen(self, candidates: list[AnyEntry], path: str, scope: Scope) -> Found | None:
        """Return the first candidate that serves a request."""
        method = scope["method"]
        for entry in candidates:
            if isinstance(entry, Entry):
                parameters = _parameters(entry, path)
                if parameters is None:
                    continue
                methods = entry.effective.methods
                if not methods or method in methods:
                    return entry, {**scope.get("path_params", _NO_PARAMETERS), **parameters}
            elif isinstance(entry, Left):
                if entry.may_match(path):
                    return None
            elif isinstance(entry, Alone) and entry.matches(scope):
                return (entry, _NO_PARAMETERS) if self._is_bare else None
        return None


def _parameters(entry: Entry, path: str) -> dict[str, object] | None:
    """Return the parameters in a path; `None` if the route does not match it."""
    if entry.path is not None:
        return _NO_PARAMETERS if entry.path == path else None
    effective = entry.effective
    match = effective.path_regex.match(path)
    if match is None:
        return None
    convertors = effective.param_convertors
    return {name: convertors[name].convert(text) for name, text in match.groupdict().items()}


def _is_regular(path: str) -> bool:
    """Return whether the tree of paths finds each route that matches a path."""
    # In a regular expression, `$` matches before a newline at the end as well.
    return path[:1] == "/" and path[-1] != "\n"


def path_in(scope: Scope) -> str:
    """Return the path of a request below the application that serves it, as Starlette's routes."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    if root and path.startswith(root) and path[len(root) : len(root) + 1] in {"", "/"}:
        return path[len(root) :]
    return path
