"""`ftf routes`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from inspect import unwrap
from itertools import chain
from pathlib import Path
from typing import Annotated

from starlette.routing import BaseRoute

from ftf.container import DependencyResolutionError
from ftf.container.cli import Application, Console, Exit, Option

from ..injection._endpoint import injected_parameters
from ..routing._controller import Controller
from ..routing._tree import mounts, walk

_WRONG_USAGE = 2


@dataclass(frozen=True, slots=True)
class ListedRoute:
    """A route, as it is listed.

    Args:
        methods: The methods, or "WEBSOCKET".
        path: The path, with those of mounts before it.
        name: The name of the route.
        handler: `file:line` of the handler.
        services: The names of what is injected, and of what the constructors of controllers take.
        needs: The names of all that these are built from, and of themselves.
    """

    methods: str
    path: str
    name: str
    handler: str
    services: tuple[str, ...]
    needs: tuple[str, ...]


def routes(
    *,
    path: Annotated[str, Option(help="Only paths that match, as '/posts*'.")] = "*",
    method: Annotated[str, Option(help="Only this method.")] = "",
    name: Annotated[str, Option(help="Only names that match, as 'posts.*'.")] = "*",
    injected: Annotated[str, Option(help="Only routes that need this service.")] = "",
    application: Application,
    console: Console,
) -> None:
    """Show the routes.

    A line has the methods, the path, the name, the handler and the services of a route.
    """
    found = getattr(application.app, "routes", None)
    if found is None:
        problem = f"{application} has no routes: name an application of FastAPI or Starlette."
        raise Exit(problem, _WRONG_USAGE)
    listed = [
        route
        for route in list_routes(found, application)
        if fnmatch(route.path, path)
        and fnmatch(route.name, name)
        and (not method or method.upper() in route.methods.split(","))
        and (not injected or injected in route.needs)
    ]
    console.table(
        (each.methods, each.path, each.name, each.handler, ", ".join(each.services))
        for each in listed
    )
    console.note(f"{len(listed)} routes of {application}")
    console.document(routes=[asdict(each) for each in listed])


def list_routes(
    found: Sequence[BaseRoute], application: Application, prefix: str = ""
) -> Iterator[ListedRoute]:
    """Return the routes of an application, and of those mounted in it."""
    mounted = {id(below): place for place, _, below in mounts(found)}
    for route in walk(found):
        below = getattr(route, "routes", None)
        if id(below) in mounted or (below and not getattr(route, "methods", None)):
            continue
        yield _listed(route, application, prefix)
    for place, _, below in mounts(found):
        yield from list_routes(below, application, prefix + place)


def _listed(route: BaseRoute, application: Application, prefix: str) -> ListedRoute:
    dependant = getattr(route, "dependant", None)
    keys = [key for _, key in injected_parameters(dependant)] if dependant is not None else []
    below = [needs for key in keys if (needs := _needs(application, key))]
    taken = [key for key in keys if isinstance(key, type) and issubclass(key, Controller)]
    direct = [need for key in taken for need in _needs(application, key, depth=1)]
    return ListedRoute(
        ",".join(sorted(getattr(route, "methods", None) or ("WEBSOCKET",))),
        f"{prefix}{getattr(route, 'path', '')}",
        str(getattr(route, "name", "") or ""),
        _location(getattr(route, "endpoint", None)),
        _names([*keys, *direct]),
        _names([*keys, *chain(*below)]),
    )


def _needs(application: Application, key: object, depth: int | None = None) -> list[object]:
    """Return what a service is built from; nothing for one that `ftf check` complains about."""
    try:
        return application.container.explain(key).needs(depth)
    except (DependencyResolutionError, Exit):
        return []


def _names(keys: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(getattr(key, "__name__", str(key)) for key in keys))


def _location(endpoint: object) -> str:
    function = unwrap(endpoint) if callable(endpoint) else endpoint
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    file = Path(code.co_filename)
    here = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return f"{here}:{code.co_firstlineno}"
