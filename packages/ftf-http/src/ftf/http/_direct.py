"""A shorter way from a request to a handler that FastAPI has little to do for."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from inspect import iscoroutinefunction, signature
from typing import Any, cast

from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import EndpointContext, RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, serialize_response
from fastapi.utils import is_body_allowed_for_status_code
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response
from starlette.types import ASGIApp, Receive, Scope, Send

_WRITES_JSON = "dump_json" in signature(serialize_response).parameters
_TELEMETRY = "fastapi.telemetry"
_FASTAPI_S = (
    "dependencies",
    "body_params",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
    "websocket_param_name",
)


def shortened(route: APIRoute, app: ASGIApp) -> ASGIApp:
    """Shorten a route's way to its handler, if that takes no more than parameters and the request.

    Parameters are read and results serialised by FastAPI's own functions, so that both ways give
    the same answers. A request that FastAPI's telemetry follows takes FastAPI's way.

    Args:
        route: The route.
        app: FastAPI's way.
    """
    if not _is_simple(route):
        return app
    arguments, respond = _arguments_of(route.dependant), _responding(route)
    call = cast("Callable[..., Awaitable[object]]", route.dependant.call)

    async def handle(request: Request) -> Response:
        return await respond(await call(**arguments(request)))

    short = request_response(handle)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (short if scope.get(_TELEMETRY) is None else app)(scope, receive, send)

    return serve


def _is_simple(route: APIRoute) -> bool:
    response_class = route.response_class
    return (
        type(route).get_route_handler is APIRoute.get_route_handler
        and iscoroutinefunction(route.dependant.call)
        and not any(getattr(route.dependant, name) for name in _FASTAPI_S)
        and isinstance(response_class, DefaultPlaceholder)
        and response_class.value is JSONResponse
        and getattr(route, "max_body_size", None) is None
    )


def _arguments_of(dependant: Dependant) -> Callable[[Request], dict[str, object]]:
    connections = dependant.request_param_name, dependant.http_connection_param_name
    request_names = [name for name in connections if name is not None]
    sources: tuple[tuple[Any, Callable[[Request], Mapping[str, object]]], ...] = (
        (dependant.path_params, lambda request: request.path_params),
        (dependant.query_params, lambda request: request.query_params),
        (dependant.header_params, lambda request: request.headers),
        (dependant.cookie_params, lambda request: request.cookies),
    )
    wanted = [(fields, read) for fields, read in sources if fields]

    def arguments(request: Request) -> dict[str, object]:
        values: dict[str, object] = dict.fromkeys(request_names, request)
        errors: list[object] = []
        for fields, read in wanted:
            found, faults = request_params_to_args(fields, read(request))
            values |= found
            errors += faults
        if errors:
            raise RequestValidationError(errors)
        return values

    return arguments


def _responding(route: APIRoute) -> Callable[[object], Coroutine[None, None, Response]]:
    status = route.status_code or 200
    serialising = _serialising(route)
    written = serialising.get("dump_json", False)
    write = partial(Response, media_type="application/json") if written else JSONResponse
    has_body = is_body_allowed_for_status_code(status)

    async def respond(result: object) -> Response:
        if isinstance(result, Response):
            return result
        content = await serialize_response(response_content=result, **serialising)
        response = write(content, status)
        if not has_body:
            response.body = b""
        return response

    return respond


def _serialising(route: APIRoute) -> dict[str, Any]:
    methods = ",".join(sorted(route.methods or ()))
    writes_json = _WRITES_JSON and route.response_field is not None
    return {
        **({"dump_json": True} if writes_json else {}),
        "field": route.response_field,
        "include": route.response_model_include,
        "exclude": route.response_model_exclude,
        "by_alias": route.response_model_by_alias,
        "exclude_unset": route.response_model_exclude_unset,
        "exclude_defaults": route.response_model_exclude_defaults,
        "exclude_none": route.response_model_exclude_none,
        "endpoint_ctx": EndpointContext(function=route.name, path=f"{methods} {route.path}"),
    }
