"""Parameters of the OpenAPI document that dependencies read by themselves."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute

from ._tree import walk

type Json = dict[str, Any]


def document_parameters(document: Json, routes: Iterable[BaseRoute]) -> None:
    """Add the parameters that dependencies describe by `openapi_parameters`, in place.

    Args:
        document: The document.
        routes: The routes that it describes.
    """
    for route in walk(routes):
        path = document.get("paths", {}).get(getattr(route, "path_format", None), {})
        found = [*_parameters(getattr(route, "dependant", None))]
        for method in (getattr(route, "methods", None) or ()) if found else ():
            if (operation := path.get(method.lower())) is not None:
                operation["parameters"] = [*operation.get("parameters", ()), *found]
                invalid = {"description": "Unprocessable Content"}
                operation.setdefault("responses", {}).setdefault("422", invalid)


def _parameters(dependant: Dependant | None) -> Iterator[Json]:
    for below in dependant.dependencies if dependant else ():
        yield from getattr(below.call, "openapi_parameters", ())
        yield from _parameters(below)
