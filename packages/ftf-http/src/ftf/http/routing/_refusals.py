"""The answers of early checks in the OpenAPI document, and the operations of its routes."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute

from ..injection._early_checks import checks_of
from ..problems._response import phrase_of
from ._tree import walk

type Json = dict[str, Any]


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
