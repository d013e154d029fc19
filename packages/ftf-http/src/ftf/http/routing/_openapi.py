"""The OpenAPI document: what early checks answer, and what dependencies read by themselves."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute

from ..injection._early_checks import checks_of
from ..problems._response import phrase_of
from ._tree import walk

type Json = dict[str, Any]

_INVALID = 422


def document_parameters(document: Json, routes: Iterable[BaseRoute]) -> None:
    """Add the parameters that dependencies describe by `openapi_parameters`, in place."""
    for route, operation in operations_of_routes(document, routes):
        if found := [*_parameters(getattr(route, "dependant", None))]:
            operation["parameters"] = [*operation.get("parameters", ()), *found]
            add_response(operation, _INVALID)


def _parameters(dependant: Dependant | None) -> Iterator[Json]:
    for below in dependant.dependencies if dependant else ():
        yield from getattr(below.call, "openapi_parameters", ())
        yield from _parameters(below)


def documentation_urls(app: object) -> list[str]:
    """Return the paths of the OpenAPI document of an application and of the pages that show it."""
    names = ("openapi_url", "docs_url", "redoc_url", "swagger_ui_oauth2_redirect_url")
    return [url for name in names if (url := getattr(app, name))]


def document_refusals(document: Json, routes: Iterable[BaseRoute]) -> None:
    """Add the answers by which early checks refuse requests to an OpenAPI document, in place."""
    for route, operation in operations_of_routes(document, routes):
        dependant = getattr(route, "dependant", None)
        if isinstance(dependant, Dependant):
            for check in checks_of(dependant):
                for status in check.answers:
                    add_response(operation, status)


def operations_of_routes(
    document: Json, routes: Iterable[BaseRoute]
) -> Iterator[tuple[BaseRoute, Json]]:
    """Return the routes of an OpenAPI document, each with its operation for each method."""
    paths = document.get("paths", {})
    for route in walk(routes):
        if getattr(route, "include_in_schema", False):
            item = paths.get(getattr(route, "path_format", None), {})
            for method in getattr(route, "methods", None) or ():
                if method.lower() in item:
                    yield route, item[method.lower()]


def add_response(operation: Json, status: int) -> None:
    """Add a response to an operation that does not have it."""
    response = {"description": phrase_of(status)}
    operation.setdefault("responses", {}).setdefault(str(status), response)
