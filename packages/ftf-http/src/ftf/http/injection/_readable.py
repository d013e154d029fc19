"""Parameters that FastAPI reads from the request, though they may be meant to be injected."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import Parameter, Signature, signature
from types import UnionType
from typing import Annotated, Union, cast, get_args, get_origin

from fastapi import BackgroundTasks, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import FastAPIError
from fastapi.security import SecurityScopes
from pydantic import PydanticSchemaGenerationError, TypeAdapter
from starlette.background import BackgroundTasks as StarletteBackgroundTasks
from starlette.requests import HTTPConnection

from ftf.container import Container, InvalidRegistrationError
from ftf.container.exceptions import Step

from ..exceptions import InjectionFault, ReadServiceError, UnreadableParameterError
from ._inject import markers, unaliased
from ._signature import evaluated_signature

_SPECIAL = (HTTPConnection, Response, BackgroundTasks, StarletteBackgroundTasks, SecurityScopes)


def _services_read_by(dependant: Dependant, container: Container) -> Iterator[tuple[str, object]]:
    """Return the parameters that are read from the request but have a registered service.

    A parameter with a mark such as `Annotated[T, Body()]` is left out.

    Returns:
        The name of each parameter, and the key of its service.
    """
    sources = (
        dependant.body_params,
        dependant.query_params,
        dependant.header_params,
        dependant.cookie_params,
    )
    read = {field.name for fields in sources for field in fields}
    if not read or dependant.call is None:
        return
    for name, parameter in _signature(dependant.call).parameters.items():
        if name in read and not _is_marked(parameter):
            keys = (key for key in _keys(parameter.annotation) if _is_service(key, container))
            yield from ((name, key) for key in [*keys][:1])


def services_read_in(
    dependant: Dependant, container: Container, place: str
) -> Iterator[InjectionFault]:
    """Return the services that are read from the request, by a handler and its dependencies.

    Args:
        dependant: FastAPI's description of the handler.
        container: The container of the application.
        place: The route, as the faults name it.
    """
    for parameter, key in _services_read_by(dependant, container):
        yield InjectionFault(place, parameter, ReadServiceError((Step(key, parameter),)))
    for below in dependant.dependencies:
        yield from services_read_in(below, container, place)


@contextmanager
def naming_parameters(endpoint: Callable[..., object], dependencies: object) -> Iterator[None]:
    """Replace FastAPI's error for a parameter that it cannot read by one that names it.

    Args:
        endpoint: The handler.
        dependencies: The list of `Depends` of the handler's route, if it has one.

    Raises:
        UnreadableParameterError: FastAPI cannot read a parameter of the handler or a dependency.
    """
    try:
        yield
    except FastAPIError as error:
        if type(error) is not FastAPIError:  # subclasses of it say what is wrong
            raise
        of_route = dependencies if isinstance(dependencies, Sequence) else ()
        for function in (endpoint, *(each.dependency for each in of_route)):
            for owner, name in _unreadable(function):
                raise UnreadableParameterError(owner, name) from error
        raise


def _unreadable(function: Callable[..., object]) -> Iterator[tuple[Callable[..., object], str]]:
    for name, parameter in _signature(function).parameters.items():
        marks = markers(parameter.annotation, parameter.default)
        depends = next((mark for mark in marks if isinstance(mark, params.Depends)), None)
        if depends is not None:
            below = depends.dependency or _bare(parameter.annotation)
            yield from _unreadable(below) if callable(below) else ()
        elif not _is_marked(parameter) and not _is_readable(parameter.annotation):
            yield function, name


def _signature(function: Callable[..., object]) -> Signature:
    """Return the signature that FastAPI reads, with string annotations evaluated."""
    try:
        return signature(function, eval_str=True)
    except NameError:
        return evaluated_signature(function)


def _is_marked(parameter: Parameter) -> bool:
    kinds = params.Param | params.Body | params.Depends
    return any(isinstance(mark, kinds) for mark in markers(parameter.annotation, parameter.default))


def _is_readable(annotation: object) -> bool:
    bare = _bare(annotation)
    if bare is Parameter.empty or (isinstance(bare, type) and issubclass(bare, _SPECIAL)):
        return True
    try:
        # As FastAPI does: pydantic raises for a type that it has no schema for.
        TypeAdapter(cast("type[object]", annotation))
    except PydanticSchemaGenerationError:
        return False
    return True


def _is_service(key: object, container: Container) -> bool:
    """Return whether a key is registered; types such as `str` are values, not services."""
    module: str = getattr(key, "__module__", "")
    if isinstance(key, type) and module.partition(".")[0] in sys.stdlib_module_names:
        return False
    try:
        return key in container
    except InvalidRegistrationError:  # it is not hashable
        return False


def _keys(annotation: object) -> Iterator[object]:
    """Return the keys that an annotation can stand for, the most specific one first."""
    annotation = unaliased(annotation)
    yield annotation
    if get_origin(annotation) is Annotated:
        yield from _keys(_bare(annotation))
    elif get_origin(annotation) in {Union, UnionType}:
        for member in get_args(annotation):
            yield from _keys(member)


def _bare(annotation: object) -> object:
    annotation = unaliased(annotation)
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
