"""Which exception becomes which response."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from importlib.util import find_spec
from inspect import iscoroutinefunction
from typing import Any, cast

from fastapi.exceptions import RequestValidationError
from fastapi.utils import is_body_allowed_for_status_code
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from ._problem import ProblemResponse, phrase_of
from ._refusal import refuse
from ._request_id import label, noted_request_id, request_id

type Handler = Callable[[Request, Exception], Coroutine[None, None, Response]]
type Handlers = dict[int | type[Exception], Handler]
type Answer = Callable[[Exception], Response]

_logger = logging.getLogger("ftf.http")
_SERVER_ERROR = 500
_UNEXPECTED = {500, Exception}  # FastAPI takes either, and the last one of both


def problem_handlers() -> Handlers:
    """List the handlers that turn FastAPI's own errors into problem details."""
    return {
        HTTPException: answering(_of_http_exception),
        RequestValidationError: answering(_of_invalid_request),
        Exception: _unexpected,
    }


def orm_handlers(*, problem_details: bool) -> Handlers:
    """List the handlers of what ftf-orm raises, if it is installed."""
    if find_spec("ftf.orm") is None:
        return {}
    from ftf import orm  # noqa: PLC0415  # optional

    statuses: dict[type[Exception], int] = {
        orm.RecordNotFound: 404,
        orm.DuplicateRecord: 409,
        orm.ForeignKeyViolation: 409,
        orm.StaleRecord: 409,
        orm.TransactionConflict: 503,
    }
    answers = {
        error: with_text(status, "", problem_details=problem_details)
        for error, status in statuses.items()
    }
    return {error: answering(answer) for error, answer in answers.items()}


def answering[E: Exception](answer: Callable[[E], Response]) -> Handler:
    """Make an exception handler of a function that needs the exception only."""

    async def handle(connection: HTTPConnection, error: Exception) -> Response | None:
        response = answer(cast("E", error))
        if isinstance(connection, WebSocket):
            return await refuse(connection, response, str(getattr(error, "detail", error)))
        return response

    return cast("Handler", handle)


def mapped(status: int, title: str, *, problem_details: bool) -> Handler:
    """Make a handler that shows a client its own errors, and tells the log of the server's."""
    if status < _SERVER_ERROR:
        return answering(with_text(status, title, problem_details=problem_details))

    async def handle(connection: HTTPConnection, error: Exception) -> Response:
        _logger.error("answered %s: %s", status, label(connection.scope), exc_info=error)
        response: Response = JSONResponse({"detail": title or phrase_of(status)}, status)
        if problem_details:
            response = ProblemResponse(status, title=title, request_id=request_id(connection))
        return await answering(lambda _: response)(cast("Request", connection), error)

    return cast("Handler", handle)


def with_text(status: int, title: str, *, problem_details: bool) -> Answer:
    """Answer an exception with its own text, as a problem or in FastAPI's shape."""
    if problem_details:
        return lambda error: ProblemResponse(status, str(error), title=title)
    return lambda error: JSONResponse({"detail": str(error)}, status)


async def answer(application: object, request: Request, error: Exception) -> Response | None:
    """Return the response to an error outside of any route, as Starlette finds it inside.

    It is `None` if no handler was made for this kind of error.
    """
    handlers = _handlers_of(application)
    status = error.status_code if isinstance(error, HTTPException) else None
    for key in (status, *type(error).__mro__):
        if key in handlers and key not in _UNEXPECTED:
            return await _handled(handlers[key], request, error)
    return None


def _handlers_of(application: object) -> Mapping[object, Handler]:
    handlers: Mapping[object, Handler] = getattr(application, "exception_handlers", {})
    return handlers


async def _handled(handler: Handler, request: Request, error: Exception) -> Response:
    if iscoroutinefunction(handler):
        return await handler(request, error)
    return cast("Response", await run_in_threadpool(handler, request, error))


async def _unexpected(request: Request, error: Exception) -> Response:
    """Show nothing but the request's id, which the logged error carries too."""
    return ProblemResponse(500, request_id=noted_request_id(request, error))


def _of_http_exception(error: HTTPException) -> Response:
    """Keep status and headers; a detail that is no text becomes the member `errors`."""
    detail: object = error.detail
    if not is_body_allowed_for_status_code(error.status_code):
        return Response(status_code=error.status_code, headers=error.headers)
    if isinstance(detail, str):
        return ProblemResponse(error.status_code, detail, headers=error.headers)
    return ProblemResponse(error.status_code, headers=error.headers, errors=detail)


def _of_invalid_request(error: RequestValidationError) -> Response:
    """Name each field at fault by its part of the request and a JSON pointer (RFC 6901)."""
    errors = [
        _located(fault) if isinstance(fault, Mapping) else {"detail": str(fault)}
        for fault in error.errors()
    ]
    return ProblemResponse(422, "The request is not valid.", errors=errors)


def _located(fault: Mapping[str, Any]) -> Mapping[str, object]:
    """Write a fault as pydantic's are, or as much of it as a handler has raised itself."""
    part, *field = fault.get("loc") or ("body",)
    if fault.get("type") == "json_invalid":  # what follows is where in the text reading stopped
        field = []
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in field)
    pointer = "".join(f"/{step}" for step in escaped)
    return {"in": part, "pointer": pointer, "detail": fault.get("msg", "")}
