"""Fast path of routes that take only parameters: skips FastAPI's dependency solver.

FastAPI has no public way to leave the solver and its exit stacks out. `request_params_to_args` and
`serialize_response` are called as FastAPI calls them, and its closure `get_request_handler.app` is
read; tested with FastAPI 0.128 to 0.165. Where a name or a function is not as expected, FastAPI's
own path is taken.
"""

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
from ._early_checks import EarlyCheck, Handler

type Facts = Mapping[str, Any]

_WRITES_JSON: Final = "dump_json" in signature(routing.serialize_response).parameters
_TELEMETRY: Final = "fastapi.telemetry"
_REPLACEABLE: Final = ("solve_dependencies", "run_endpoint_function", "serialize_response")
_MODULES: Final = {"fastapi.routing", "fastapi.dependencies.utils"}
_NEEDS_SOLVER: Final = (
    "body_params",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
)


class FastPath:
    """Calls a handler as FastAPI does, without the steps that this handler does not need.

    FastAPI's own functions read the parameters and serialise the result, so that both paths give
    the same responses.

    Args:
        facts: The variables of FastAPI's handler of one inclusion of the route. Those of the route
            itself would lack the dependencies of the router that includes it.
    """

    __slots__ = (
        "_arguments",
        "_call",
        "_checks",
        "_dependant",
        "_originals",
        "_respond",
        "takes_request",
    )

    def __init__(self, facts: Facts) -> None:
        dependant: Dependant = facts["dependant"]
        names = dependant.request_param_name, dependant.http_connection_param_name
        self._dependant = dependant
        self._checks = _early_checks(dependant)
        self._call = cast("Callable[..., Awaitable[object]]", dependant.call)
        self._originals = _replaceable()
        self._arguments = _reading(dependant, [name for name in names if name is not None])
        self._respond = _responding(facts)
        self.takes_request = any(name not in {None, CONNECTION} for name in names)

    @classmethod
    def of(cls, handle: Handler) -> Self | None:
        """Return the fast path for a handler that FastAPI has made, if it has one.

        It has none if instrumentation has replaced a function of FastAPI, to be called for each
        request.
        """
        originals = zip(_REPLACEABLE, _replaceable(), strict=True)
        own = [("get_request_handler.<locals>.app", handle), *originals]
        if not all(_is_original(name, function) for name, function in own):
            return None
        facts = getclosurevars(cast("FunctionType", handle)).nonlocals
        return cls(facts) if _is_simple(facts) else None

    def applies_to(self, scope: Scope) -> bool:
        """Return whether a request gets the same response from this path as from FastAPI's.

        It does not if a function of FastAPI was replaced or the route's dependant was changed
        afterwards, or if FastAPI's telemetry records the request.
        """
        dependant = self._dependant
        return (
            dependant.call is self._call
            and len(dependant.dependencies) == len(self._checks)
            and _replaceable() == self._originals
            and scope.get(_TELEMETRY) is None
        )

    async def answer(self, request: Request) -> Response:
        """Call the handler. Return the response that its result makes."""
        for check in self._checks:
            await check(request)
        return await self._respond(request, await self._call(**self._arguments(request)))


def with_fast_path(handle: Handler, fast_path: FastPath | None) -> Handler:
    """Return a handler that takes the fast path for each request that it applies to."""
    if fast_path is None:
        return handle

    async def choose(request: Request) -> Response:
        return await (fast_path.answer if fast_path.applies_to(request.scope) else handle)(request)

    return choose


def without_exit_stacks(app: ASGIApp, fast_path: FastPath | None) -> ASGIApp:
    """Return the ASGI application of a route without FastAPI's two exit stacks, where it can.

    FastAPI enters them for each request, for dependencies with `yield`. A handler that takes the
    request could see them in its scope.

    Args:
        app: The ASGI application that FastAPI has made for the route.
        fast_path: The fast path of the route.
    """
    # FastAPI wraps the application of a route with max_body_size, which has to stay.
    is_original = _is_original("request_response.<locals>.app", app)
    if fast_path is None or fast_path.takes_request or not is_original:
        return app
    short = request_response(fast_path.answer)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (short if fast_path.applies_to(scope) else app)(scope, receive, send)

    return serve


def _replaceable() -> tuple[object, ...]:
    """Return the functions that FastAPI looks up in its module for each request."""
    solve = routing.solve_dependencies  # type: ignore[attr-defined]  # not re-exported
    return solve, routing.run_endpoint_function, routing.serialize_response


def _is_original(name: str, function: object) -> bool:
    """Return whether a function is FastAPI's own, and not one that replaces or wraps it."""
    return (
        isinstance(function, FunctionType)
        and function.__code__.co_qualname == name
        and function.__globals__["__name__"] in _MODULES
    )


def _early_checks(dependant: Dependant) -> list[EarlyCheck]:
    """Return the dependencies that are early checks, which need nothing of the solver."""
    return [each.call for each in dependant.dependencies if isinstance(each.call, EarlyCheck)]


def _is_simple(facts: Facts) -> bool:
    dependant: Dependant = facts["dependant"]
    return (
        iscoroutinefunction(dependant.call)
        and len(dependant.dependencies) == len(_early_checks(dependant))
        and not any(getattr(dependant, name) for name in _NEEDS_SOLVER)
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
            raise RequestValidationError(errors, endpoint_ctx=_context(dependant, request))
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
            # Looked up in its module, where instrumentation replaces it.
            content = await routing.serialize_response(response_content=result, **serialising)
        except ResponseValidationError as error:
            context = _context(facts["dependant"], request)
            faults = error.errors()
            raise ResponseValidationError(faults, body=result, endpoint_ctx=context) from None
        response = write(content, status)
        # As FastAPI does for 204 and 304: headers as usual, and an empty body.
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


def _context(dependant: Dependant, request: Request) -> EndpointContext:
    """Return the path, file and line of a handler, which FastAPI adds to the text of errors."""
    mounted_at = request.scope.get("root_path", "").rstrip("/")
    context = EndpointContext(path=f"{request.method} {mounted_at}{dependant.path}")
    handler = unwrap(cast("Callable[..., object]", dependant.call))
    if isinstance(handler, FunctionType):
        code = handler.__code__
        context |= {"function": code.co_name, "file": code.co_filename, "line": code.co_firstlineno}
    return context
