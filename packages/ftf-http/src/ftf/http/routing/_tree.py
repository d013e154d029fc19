"""The route tree of an application: its routes, and the applications mounted in it."""

from collections.abc import Iterable, Iterator

from fastapi import routing
from starlette.routing import BaseRoute


def walk(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Return routes with those of included routers, which newer FastAPI keeps as a tree."""
    contexts = getattr(routing, "iter_route_contexts", None)
    return iter(routes) if contexts is None else contexts(list(routes))


def place_of(route: BaseRoute, prefix: str = "") -> str:
    """Return the methods and the path of a route, as errors name it."""
    methods = ",".join(sorted(getattr(route, "methods", None) or ("WEBSOCKET",)))
    return f"{methods} {prefix}{getattr(route, 'path', None) or ''}"


def mounts(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, object, list[BaseRoute]]]:
    """Return mounted applications: the path, the application without middleware, its routes.

    An application whose routes are not Starlette's is left out.
    """
    for route in walk(routes):
        app: object = getattr(route, "app", None)
        while not hasattr(app, "routes") and hasattr(app, "app"):
            app = app.app
        below = getattr(app, "routes", None)
        if isinstance(below, list) and all(isinstance(each, BaseRoute) for each in below):
            yield getattr(route, "path", None) or "", app, below
