"""Requests of probes, such as those of Kubernetes, which some layers do not refuse."""

from collections.abc import Iterable
from typing import Final

from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from ._index import path_in
from ._tree import walk

PROBES: Final = {"/health", "/ready"}
_METHODS: Final = {"GET", "HEAD"}


def is_probe(application: object, scope: Scope) -> bool:
    """Return whether a connection asks for `/health` or `/ready`, and is served as that.

    A route whose path only matches, as `/{name}` does, is no probe: it has the guards of any route.

    Args:
        application: The application.
        scope: The ASGI scope, as it is outside of FastAPI's layers.
    """
    if scope["type"] != "http" or scope["method"] not in _METHODS:
        return False
    root = getattr(application, "root_path", "")  # FastAPI sets it further inside
    scope = {**scope, "root_path": root or scope.get("root_path", "")}
    path = path_in(scope)
    return path in PROBES and _route_path(getattr(application, "routes", ()), scope) in {None, path}


def _route_path(routes: Iterable[BaseRoute], scope: Scope) -> str | None:
    """Return the path of the route of the user that serves a request; `None` if none does."""
    for top in routes:
        if isinstance(top, Mount) and not top.path:  # tried after the probes
            continue
        for route in walk([top]):
            try:
                match, _ = route.matches(scope)
            except Exception:  # noqa: BLE001  # a convertor's; FastAPI calls it again in its layers
                return ""
            if match is Match.FULL:
                return getattr(route, "path", None) or ""
    return None
