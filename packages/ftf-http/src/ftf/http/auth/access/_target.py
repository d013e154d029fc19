"""Which route FastAPI's routers choose for a connection, found by their own methods."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from ...routing._index_entries import finds_by_itself
from ...routing._index_included import IncludedRoute
from ...routing._tree import walk


def target_of(routes: Iterable[BaseRoute], scope: Scope) -> object | None:
    """Return the route that serves a connection; `None` if none does.

    For an included router whose choice is not known, it is the router itself.

    Args:
        routes: The routes of the application.
        scope: The ASGI scope; what the routes leave in it is left in a copy.
    """
    for top in routes:
        if _matches(top, scope):
            if isinstance(top, IncludedRoute):
                return top.context
            if not hasattr(top, "original_router") or finds_by_itself(top):
                return top
            return next((each for each in walk([top]) if _matches(each, scope)), top)
    return None


def _matches(route: BaseRoute, scope: Scope) -> bool:
    copied = {**scope, "fastapi": {**(scope.get("fastapi") or {})}}
    return route.matches(copied)[0] is Match.FULL
