"""Which route FastAPI's routers choose for a connection, found by their own methods."""

from collections.abc import Iterable
from typing import cast

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from ...routing._index_entries import finds_by_itself, handles_by_itself
from ...routing._index_included import IncludedRoute
from ...routing._tree import walk


def target_of(routes: Iterable[BaseRoute], scope: Scope) -> BaseRoute | None:
    """Return the route that serves a connection; `None` if none does.

    For an included router whose choice is not known, it is the router itself. A route that has the
    path and not the method serves a request if it has a `handle` of its own; Starlette's refuses.

    Args:
        routes: The routes of the application.
        scope: The ASGI scope; what the routes leave in it is left in a copy.
    """
    partial: BaseRoute | None = None
    for top in routes:
        match = _match(top, scope)
        if match is Match.FULL:
            if isinstance(top, IncludedRoute):
                return cast("BaseRoute", top.context)  # it has what a route has
            if not hasattr(top, "original_router") or finds_by_itself(top):
                return top
            found = (each for each in walk([top]) if _match(each, scope) is Match.FULL)
            return next(found, top)
        if match is Match.PARTIAL and partial is None:
            partial = top
    if partial is None or isinstance(partial, IncludedRoute):  # a route of FastAPI's own classes
        return None
    return partial if handles_by_itself(partial) else None


def _match(route: BaseRoute, scope: Scope) -> Match:
    copied = {**scope, "fastapi": {**(scope.get("fastapi") or {})}}
    return route.matches(copied)[0]
