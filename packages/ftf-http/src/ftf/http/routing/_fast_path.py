"""A shorter way from a request to a handler that FastAPI has little to do for."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from inspect import getclosurevars, iscoroutinefunction, signature, unwrap
from types import FunctionType
from typing import Any, Final, Self, cast

from fastapi import routing
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import EndpointContext, RequestValidationError, ResponseValidationError
from fastapi.responses import JSONResponse
from fastapi.utils import is_body_allowed_for_status_code
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..injection._endpoint import CONNECTION

type Handler = Callable[[Request], Coroutine[None, None, Response]]
type Facts = Mapping[str, Any]

_WRITES_JSON: Final = "dump_json" in signature(routing.serialize_response).parameters
_TELEMETRY: Final = "fastapi.telemetry"
_REPLACEABLE: Final = ("solve_dependencies", "run_endpoint_function", "serialize_response")
_MODULES: Final = {"fastapi.routing", "fastapi.dependencies.utils"}
_FASTAPI_S: Final = (
    "dependencies",
    "body_params",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
)


class ShortWay:
    """Calls a handler as FastAPI does, without the steps that this handler does not need.

    Parameters are read and results serialised by FastAPI's own functions, so that both ways give
    the same answers.

    Args:
        facts: What FastAPI has made its own way from. They are those of one inclusion of the
            route; from anything else, the dependencies of another inclusion could be missing.
    """

    __slots__ = ("_arguments", "_call", "_dependant", "_originals", "_respond", "takes_request")

    def __init__(self, facts: Facts) -> None:
        dependant: Dependant = facts["dependant"]
        names = dependant.request_param_name, dependant.http_connection_param_name
        self._dependant = dependant
        self._call = cast("Callable[..., Awaitable[object]]", dependant.call)
        self._originals = _replaceable()
        self._arguments = _reading(dependant, [name for name in names if name is not None])
        self._respond = _responding(facts)
        self.takes_request = any(name not in {None, CONNECTION} for name in names)

    @classmethod
    def beside(cls, handle: Handler) -> Self | None:
        """Return the short way beside FastAPI's, if there is one.

        There is none where instrumentation has replaced a function of FastAPI's, to see each
        request pass.
        """
        originals = zip(_REPLACEABLE, _replaceable(), strict=True)
        own = [("get_request_handler.<locals>.app", handle), *originals]
        if not all(_is_of_fastapi(name, function) for name, function in own):
            return None
        facts = getclosurevars(cast("FunctionType", handle)).nonlocals
        return cls(facts) if _is_simple(facts) else None

    def is_open(self, scope: Scope) -> bool:
        """Return whether FastAPI's way would do no more for a request.

        It does once one of its functions was replaced or the route's dependant was changed, and
        for a request that FastAPI's telemetry follows.
        """
        dependant = self._dependant
        return (
            dependant.call is self._call
            and not dependant.dependencies
            and _replaceable() == self._originals
            and scope.get(_TELEMETRY) is None
        )

    async def answer(self, request: Request) -> Response:
        """Call the handler, and make a response of what it returns."""
        return await self._respond(request, await self._call(**self._arguments(request)))


def shortened(handle: Handler, way: ShortWay | None) -> Handler:
    """Take the short way while it is open, and FastAPI's otherwise."""
    if way is None:
        return handle

    async def choose(request: Request) -> Response:
        return await (way.answer if way.is_open(request.scope) else handle)(request)

    return choose


def without_stacks(app: ASGIApp, way: ShortWay | None) -> ASGIApp:
    """Leave out the exit stacks of FastAPI's, where a handler cannot see that they are missing.

    Args:
        app: A route's own, as FastAPI has made it.
        way: The short way of the same route.
    """
    is_of_fastapi = _is_of_fastapi("request_response.<locals>.app", app)  # and limits no body
    if way is None or way.takes_request or not is_of_fastapi:
        return app
    short = request_response(way.answer)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (short if way.is_open(scope) else app)(scope, receive, send)

    return serve


def _replaceable() -> tuple[object, ...]:
    """List the functions that FastAPI looks up in its module for each request."""
    solve = routing.solve_dependencies  # type: ignore[attr-defined]  # imported there
    return solve, routing.run_endpoint_function, routing.serialize_response


def _is_of_fastapi(name: str, function: object) -> bool:
    """Return whether a function is FastAPI's own rather than another in its place."""
    return (
        isinstance(function, FunctionType)
        and function.__code__.co_qualname == name
        and function.__globals__["__name__"] in _MODULES
    )


def _is_simple(facts: Facts) -> bool:
    dependant: Dependant = facts["dependant"]
    return (
        iscoroutinefunction(dependant.call)
        and not any(getattr(dependant, name) for name in _FASTAPI_S)
        and facts["actual_response_class"] is JSONResponse
        and (not _WRITES_JSON or isinstance(facts["response_class"], DefaultPlaceholder))
    )


def _reading(
    dependant: Dependant, request_names: list[str]
) -> Callable[[Request], dict[str, object]]:
    sources: tuple[tuple[Any, Callable[[Request], Mapping[str, object]]], ...] = (
        (dependant.path_params, lambda request: request.path_params),
        (dependant.query_params, lambda request: request.query_params),
        (dependant.header_params, lambda request: request.headers),
        (dependant.cookie_params, lambda request: request.cookies),
    )

    def arguments(request: Request) -> dict[str, object]:
        values: dict[str, object] = dict.fromkeys(request_names, request)
        errors: list[object] = []
        for fields, read in sources:
            if fields:
                found, faults = request_params_to_args(fields, read(request))
                values |= found
                errors += faults
        if errors:
            raise RequestValidationError(errors, endpoint_ctx=_place(dependant, request))
        return values

    return arguments


def _responding(
    facts: Facts,
) -> Callable[[Request, object], Coroutine[None, None, Response]]:
    status = facts["status_code"] or 200
    serialising = _serialising(facts)
    written = serialising.get("dump_json", False)
    write = partial(Response, media_type="application/json") if written else JSONResponse
    has_body = is_body_allowed_for_status_code(status)

    async def respond(request: Request, result: object) -> Response:
        if isinstance(result, Response):
            return result
        try:
            content = await routing.serialize_response(response_content=result, **serialising)
        except ResponseValidationError as error:
            place = _place(facts["dependant"], request)
            faults = error.errors()
            raise ResponseValidationError(faults, body=result, endpoint_ctx=place) from None
        response = write(content, status)
        if not has_body:
            response.body = b""
        return response

    return respond


def _serialising(facts: Facts) -> dict[str, Any]:
    writes_json = _WRITES_JSON and facts["response_field"] is not None
    return {
        **({"dump_json": True} if writes_json else {}),
        "field": facts["response_field"],
        "include": facts["response_model_include"],
        "exclude": facts["response_model_exclude"],
        "by_alias": facts["response_model_by_alias"],
        "exclude_unset": facts["response_model_exclude_unset"],
        "exclude_defaults": facts["response_model_exclude_defaults"],
        "exclude_none": facts["response_model_exclude_none"],
    }


def _place(dependant: Dependant, request: Request) -> EndpointContext:
    """Return where a handler is, for the text of an error."""
    mounted_at = request.scope.get("root_path", "").rstrip("/")
    place = EndpointContext(path=f"{request.method} {mounted_at}{dependant.path}")
    handler = unwrap(cast("Callable[..., object]", dependant.call))
    if isinstance(handler, FunctionType):
        code = handler.__code__
        place |= {"function": code.co_name, "file": code.co_filename, "line": code.co_firstlineno}
    return place
