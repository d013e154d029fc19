"""The check of start-up: every registered and injected service can be built."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from types import ModuleType

from fastapi.dependencies.models import Dependant
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from ftf.container import Container, DependencyResolutionError, GraphError

from ..exceptions import InjectionFault, InvalidApplicationError, RouteFault
from ..injection._endpoint import injected_parameters
from ..injection._readable import services_read_in
from ..request._scope import ScopeMiddleware
from ..routing._tree import mounts, place_of, walk
from ._access import name_providers
from ._middleware import missing_arguments

type Place = tuple[str, BaseRoute, Dependant]  # the method and path, the route, its dependencies
type InjectedParameter = tuple[str, str, object]  # the place, the parameter, the key


def validate(
    container: Container, places: Iterable[Place], further: Iterable[InjectedParameter]
) -> None:
    """Check that the services of a container, of routes and of other functions can be built.

    Args:
        container: The container.
        places: The routes of the application.
        further: The injected parameters of middleware and readiness checks.

    Raises:
        InvalidApplicationError: A service cannot be built, or is read from the request; the error
            holds every fault.
        InvalidAuthError: A provider of authentication is missing. What else cannot be built is its
            cause.
    """
    faults: list[InjectionFault] = []
    for place, _, dependant in places:
        faults += _faults(container, ((place, *each) for each in injected_parameters(dependant)))
        faults += services_read_in(dependant, container, place)
    faults += _faults(container, further)
    # A registered service that a route asks for is reported once, with the route.
    known = {str(fault.error) for fault in faults}
    registered = [fault for fault in _errors(container) if str(fault) not in known]
    if faults or registered:
        name_providers(container, faults, registered)
        raise InvalidApplicationError(faults, registered)


def unchecked_rules(places: Iterable[Place]) -> Iterator[RouteFault]:
    """Return the bodies whose schemas have rules of ftf-orm that nothing checks."""
    if (bodies := _bodies()) is not None:
        for place, _, dependant in places:
            yield from (RouteFault(place, reason) for reason in bodies.plain_bodies(dependant))


def telling_taken(places: Iterable[Place]) -> Iterator[str]:
    """Return the method and path of each route whose answer tells which values are taken."""
    if (bodies := _bodies()) is not None:
        yield from (place for place, _, dependant in places if bodies.tells_taken(dependant))


def _bodies() -> ModuleType | None:
    """Return the module about bodies with rules of ftf-orm, if a schema can have some."""
    if "ftf.orm" not in sys.modules:  # no schema has such rules: do not load resources
        return None
    try:
        return import_module("ftf.http.resources._plain_bodies")
    except ImportError:  # pydantic is too old for resources, so that rules cannot be checked
        return None


def dependants(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[Place]:
    """Return the method and path, the route and its dependencies, of mounted routes too."""
    for route in walk(routes):
        dependant = getattr(route, "dependant", None)
        if dependant is not None:
            yield place_of(route, prefix), getattr(route, "original_route", route), dependant
    for path, app, below in mounts(routes):
        if not _opens_scopes(app):
            yield from dependants(below, prefix + path)


def _opens_scopes(app: object) -> bool:
    """Return whether a mounted application has a container of its own."""
    middleware: list[object] = [entry.cls for entry in getattr(app, "user_middleware", ())]
    return ScopeMiddleware in middleware or isinstance(getattr(app, "container", None), Container)


def middleware_injections(middleware: Iterable[Middleware]) -> Iterator[InjectedParameter]:
    """Return the constructor arguments of middleware that the container delivers."""
    for entry in middleware:
        name = getattr(entry.cls, "__name__", repr(entry.cls))
        yield from ((f"Middleware {name}", *each) for each in missing_arguments(entry).items())


def _faults(container: Container, further: Iterable[InjectedParameter]) -> Iterator[InjectionFault]:
    for place, parameter, key in further:
        for error in _errors(container, key):
            yield InjectionFault(place, parameter, error)


def _errors(container: Container, *keys: object) -> tuple[DependencyResolutionError, ...]:
    """Return why keys cannot be delivered; without keys, why what is registered cannot."""
    try:
        container.validate(*keys)
    except GraphError as error:
        return error.faults
    return ()
