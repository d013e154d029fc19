"""The check of start-up: every early check of a route can run, and before the body is read."""

from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute

from ftf.container import Container

from ..exceptions import InvalidRoutesError, RouteFault
from ..injection._early_checks import checks_of, marks_of
from ..routing._route import Route
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


def validate_early_checks(container: Container, places: Iterable[Place]) -> None:
    """Check that every early check of the routes can run.

    Args:
        container: The container.
        places: The routes of the application.

    Raises:
        InvalidRoutesError: One cannot; the error holds every fault.
    """
    faults = [
        RouteFault(place, reason)
        for place, route, dependant in places
        for reason in _reasons(container, route, dependant)
    ]
    if faults:
        raise InvalidRoutesError(faults)


def _reasons(container: Container, route: BaseRoute, dependant: Dependant) -> Iterator[str]:
    checks = [*checks_of(dependant)]
    for mark in marks_of(dependant.call):
        if mark.dependency not in checks:
            yield _UNMARKED
    for check in checks:
        fault = check.fault(container)
        if fault is not None:
            yield str(fault)
    if checks and getattr(route, "body_field", None) is not None and not isinstance(route, Route):
        yield _TOO_LATE
