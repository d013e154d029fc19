"""Parameters of the OpenAPI document that dependencies read by themselves."""

from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute

from ._refusals import Json, add_response, operations_of_routes

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
