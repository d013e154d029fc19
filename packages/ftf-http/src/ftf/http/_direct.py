"""A shorter way from a request to a handler that FastAPI has little to do for."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from inspect import iscoroutinefunction, signature, unwrap
from types import FunctionType
from typing import Any, cast

from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import EndpointContext, RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, serialize_response
from fastapi.utils import is_body_allowed_for_status_code
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from ._mounts import walk

type Handler = Callable[[Request], Coroutine[None, None, Response]]

_WRITES_JSON = "dump_json" in signature(serialize_response).parameters
_TELEMETRY = "fastapi.telemetry"
_FASTAPI_S = (
    "dependencies",
    "body_params",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
)


def shortened(route: APIRoute, app: ASGIApp) -> ASGIApp:
    """Shorten a route's way to its handler, if that takes no more than parameters and the request.

    Parameters are read and results serialised by FastAPI's own functions, so that both ways give
    the same answers. A request that FastAPI's telemetry follows takes FastAPI's way.

    Args:
        route: The route.
        app: FastAPI's way.
    """
    handle = _short(route) if getattr(route, "max_body_size", None) is None else None
    if handle is None:
        return app
    short = request_response(handle)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (short if scope.get(_TELEMETRY) is None else app)(scope, receive, send)

    return serve


def shortened_where_included(route: APIRoute, handle: Handler) -> Handler:
    """Shorten the way of an included route, whose inclusion is known when its first request comes.

    Args:
        route: The route.
        handle: FastAPI's way.
    """
    short: Handler | None = None

    async def choose(request: Request) -> Response:
        nonlocal short
        if short is None:
            short = _of_inclusion(route, request) or handle
        return await (short if request.scope.get(_TELEMETRY) is None else handle)(request)

    return choose


def _of_inclusion(route: APIRoute, request: Request) -> Handler | None:
    """Find the way through the only inclusion; which of several it is, FastAPI alone knows."""
    routes = walk(getattr(request.scope.get("app"), "routes", ()))
    found = [each for each in routes if getattr(each, "original_route", None) is route]
    return _short(cast("APIRoute", found[0])) if len(found) == 1 else None


def _short(route: APIRoute) -> Handler | None:
    if not _is_simple(route):
        return None
    arguments, respond = _arguments_of(route), _responding(route)
    call = cast("Callable[..., Awaitable[object]]", route.dependant.call)

    async def handle(request: Request) -> Response:
        return await respond(await call(**arguments(request)))

    return handle


def _is_simple(route: APIRoute) -> bool:
    response_class = route.response_class
    return (
        iscoroutinefunction(route.dependant.call)
        and not any(getattr(route.dependant, name) for name in _FASTAPI_S)
        and isinstance(response_class, DefaultPlaceholder)
        and response_class.value is JSONResponse
    )


def _arguments_of(route: APIRoute) -> Callable[[Request], dict[str, object]]:
    dependant = route.dependant
    connections = dependant.request_param_name, dependant.http_connection_param_name
    request_names = [name for name in connections if name is not None]
    sources: tuple[tuple[Any, Callable[[Request], Mapping[str, object]]], ...] = (
        (dependant.path_params, lambda request: request.path_params),
        (dependant.query_params, lambda request: request.query_params),
        (dependant.header_params, lambda request: request.headers),
        (dependant.cookie_params, lambda request: request.cookies),
    )
    wanted = [(fields, read) for fields, read in sources if fields]
    place = _place_of(route)

    def arguments(request: Request) -> dict[str, object]:
        values: dict[str, object] = dict.fromkeys(request_names, request)
        errors: list[object] = []
        for fields, read in wanted:
            found, faults = request_params_to_args(fields, read(request))
            values |= found
            errors += faults
        if errors:
            raise RequestValidationError(errors, endpoint_ctx=place)
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
        "endpoint_ctx": _place_of(route),
    }


def _place_of(route: APIRoute) -> EndpointContext:
    """Say where a handler is, for the text of an error."""
    place = EndpointContext(path=f"{','.join(sorted(route.methods or ()))} {route.path}")
    handler = unwrap(cast("Callable[..., object]", route.endpoint))
    if isinstance(handler, FunctionType):
        code = handler.__code__
        place |= {"function": code.co_name, "file": code.co_filename, "line": code.co_firstlineno}
    return place
