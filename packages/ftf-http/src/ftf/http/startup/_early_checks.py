"""The check of start-up: every early check of a route can run, and before the body is read."""

from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute

from ftf.container import Container

from ..exceptions import RouteFault
from ..injection._early_checks import EarlyCheck, EarlyDependency, checks_of, marks_of
from ..routing._route import Route
from ..routing._tree import walk
from ._access import Application
from ._checks import Place

_UNMARKED = (
    "A decorator has marked the handler after its route was made, or for a route that is not an "
    "ftf.http.Route.\nWrite it below the decorator of the route, on a route of FastTrackFramework, "
    "Router or Controller, or pass it by `dependencies=[...]`."
)
_TOO_LATE = (
    "The route is not an ftf.http.Route, so FastAPI reads the body of a request before its checks "
    "run.\nDeclare it on FastTrackFramework, Router or Controller, or give its APIRouter "
    "`route_class=ftf.http.Route`."
)
_LOST = (
    "The function of a dependency is a check, or a decorator has marked it. Nothing asks it.\n"
    "Mark the handler, or write the check into `dependencies=[...]` without `Depends`."
)


def early_check_faults(app: Application, places: Iterable[Place]) -> Iterator[RouteFault]:
    """Return why early checks of routes cannot run.

    Args:
        app: The application.
        places: Its routes, those of mounted applications included.
    """
    # By identity: routes are equal that have other dependencies.
    own = {id(getattr(route, "original_route", route)) for route in walk(app.routes)}
    for place, route, dependant in places:
        for reason in _reasons(app.container, route, dependant, is_own=id(route) in own):
            yield RouteFault(place, reason)


def _reasons(
    container: Container, route: BaseRoute, dependant: Dependant, *, is_own: bool
) -> Iterator[str]:
    checks = [*checks_of(dependant)]
    late = [check for check in checks if not (is_own and _precedes(check))]
    for mark in marks_of(dependant.call):
        check = mark.dependency
        if check not in checks and not (is_own and _precedes(check)):
            yield _UNMARKED
    # The marks of access have a fault of their own.
    if any(not _precedes(mark.dependency) for mark in _lost(dependant)):
        yield _LOST
    for check in checks:
        fault = check.fault(container)
        if fault is not None:
            yield str(fault)
    if late and getattr(route, "body_field", None) is not None and not isinstance(route, Route):
        yield _TOO_LATE


def _lost(dependant: Dependant) -> Iterator[EarlyDependency]:
    """Return the marks that the functions of dependencies are or have."""
    for below in dependant.dependencies:
        if isinstance(below.call, EarlyCheck):
            continue
        yield from [below.call] if isinstance(below.call, EarlyDependency) else marks_of(below.call)
        yield from _lost(below)


def _precedes(check: object) -> bool:
    return isinstance(check, EarlyCheck) and check.precedes_routes
