"""Whether everything that is injected can be delivered, before the first request."""

from collections.abc import Iterable, Iterator, Sequence
from types import NoneType, UnionType
from typing import Union, get_args, get_origin

from fastapi.dependencies.models import Dependant
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from ftf.container import Container, DependencyResolutionError, GraphError
from ftf.container.exceptions import Step

from ..exceptions import InjectionFault, InvalidApplicationError, ReadServiceError
from ..injection._endpoint import keys_of
from ..injection._inject import Resolution
from ..injection._readable import services_read_by
from ..request._scope import ScopeMiddleware
from ..routing._tree import mounts, walk
from ._middleware import wanted_by

type Asked = tuple[str, str, object]


def validate(container: Container, routes: Sequence[BaseRoute], asked: Iterable[Asked]) -> None:
    """Check what is registered, what routes ask for, and what else is to be injected.

    Raises:
        InvalidApplicationError: Some of it cannot be built, or clients would send a service; the
            error holds every fault.
    """
    faults: list[InjectionFault] = []
    for place, dependant in _dependants(routes):
        faults += _faults(container, ((place, *wanted) for wanted in _wanted(dependant)))
        faults += _read_services(container, place, dependant)
    faults += _faults(container, asked)
    known = {str(fault.error) for fault in faults}
    registered = [fault for fault in _registered(container) if str(fault) not in known]
    if faults or registered:
        raise InvalidApplicationError(faults, registered)


def _dependants(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, Dependant]]:
    """List what routes depend on, mounted ones included: where, and the dependencies."""
    for route in walk(routes):
        dependant = getattr(route, "dependant", None)
        if dependant is not None:
            methods = ",".join(sorted(getattr(route, "methods", None) or ("WEBSOCKET",)))
            yield f"{methods} {prefix}{getattr(route, 'path', None) or ''}", dependant
    for path, app, below in mounts(routes):
        if not _opens_scopes(app):
            yield from _dependants(below, prefix + path)


def _opens_scopes(app: object) -> bool:
    """Tell whether a mounted application has a container of its own."""
    middleware: list[object] = [entry.cls for entry in getattr(app, "user_middleware", ())]
    return ScopeMiddleware in middleware or isinstance(getattr(app, "container", None), Container)


def _wanted(dependant: Dependant) -> Iterator[tuple[str, object]]:
    """List the injected parameters of a handler and of its dependencies."""
    yield from keys_of(dependant.call).items()
    for below in dependant.dependencies:
        if isinstance(below.call, Resolution):
            yield below.name or "dependencies", below.call.key
        else:
            yield from _wanted(below)


def asked_by_middleware(middleware: Iterable[Middleware]) -> Iterator[Asked]:
    """List the constructor arguments that middleware leaves to the container."""
    for entry in middleware:
        name = getattr(entry.cls, "__name__", repr(entry.cls))
        yield from ((f"Middleware {name}", *wanted) for wanted in wanted_by(entry).items())


def _faults(container: Container, asked: Iterable[Asked]) -> Iterator[InjectionFault]:
    for place, parameter, key in asked:
        try:
            container.explain(_preferred(container, key))
        except DependencyResolutionError as error:
            yield InjectionFault(place, parameter, error)


def _read_services(
    container: Container, place: str, dependant: Dependant
) -> Iterator[InjectionFault]:
    """List the services that a client would send, in dependencies of dependencies too."""
    for parameter, key in services_read_by(dependant, container):
        yield InjectionFault(place, parameter, ReadServiceError((Step(key, parameter),)))
    for below in dependant.dependencies:
        yield from _read_services(container, place, below)


def _preferred(container: Container, key: object) -> object:
    """Choose from a union what the container will: what is registered, `None` last."""
    members = get_args(key) if get_origin(key) in {Union, UnionType} else (key,)
    services = [member for member in members if member is not NoneType]
    registered = (service for service in services if service in container)
    return next(registered, services[0] if len(services) == len(members) else NoneType)


def _registered(container: Container) -> tuple[DependencyResolutionError, ...]:
    try:
        container.validate()
    except GraphError as error:
        return error.faults
    return ()
