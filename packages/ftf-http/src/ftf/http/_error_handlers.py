"""Which exception becomes which response."""

import logging
from collections.abc import Callable, Coroutine, Sequence
from importlib.util import find_spec
from inspect import iscoroutinefunction
from typing import cast

from fastapi.exceptions import RequestValidationError
from fastapi.utils import is_body_allowed_for_status_code
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
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


async def answer(application: object, request: Request, error: Exception) -> tuple[Response, bool]:
    """Find the response to an error outside of any route, as Starlette finds it inside.

    Returns:
        The response, and whether nothing but the handlers of last resort knew the error.
    """
    handlers: dict[object, Handler] = getattr(application, "exception_handlers", {})
    status = error.status_code if isinstance(error, HTTPException) else None
    specific = (status, *type(error).__mro__)
    known = [handlers[key] for key in specific if key in handlers and key not in _UNEXPECTED]
    last = [handler for key, handler in handlers.items() if key in _UNEXPECTED]
    if not known and not last:
        return PlainTextResponse("Internal Server Error", 500), True
    handler = known[0] if known else last[-1]
    if iscoroutinefunction(handler):
        response = await handler(request, error)
    else:
        response = cast("Response", await run_in_threadpool(handler, request, error))
    return response, not known


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
        {"in": part, "pointer": _pointer(fault["type"], field), "detail": fault["msg"]}
        for fault in error.errors()
        for part, *field in [fault["loc"] or ("body",)]
    ]
    return ProblemResponse(422, "The request is not valid.", errors=errors)


def _pointer(fault: str, field: Sequence[int | str]) -> str:
    if fault == "json_invalid":  # what follows is no field, but where in the text reading stopped
        return ""
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in field)
    return "".join(f"/{part}" for part in escaped)
