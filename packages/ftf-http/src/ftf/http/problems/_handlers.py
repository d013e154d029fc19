"""Exception handlers: which exception is answered by which response."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Final, cast

from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.utils import is_body_allowed_for_status_code
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from .._request_id import label, noted_request_id, request_id
from ._error_response import ErrorResponse
from ._fault import fault_of, raised_fault
from ._response import ProblemResponse, phrase_of
from ._websocket import refuse

type Handler = Callable[[Request, Exception], Coroutine[None, None, Response]]
type Handlers = dict[int | type[Exception], Handler]
type Answer = Callable[[Exception], Response]

_logger = logging.getLogger("ftf.http")
_SERVER_ERROR = 500
_INVALID = 422
NOT_VALID: Final = "The request is not valid."
_RESERVED = {"type", "title", "status", "detail", "headers"}
_UNEXPECTED = {500, Exception}  # FastAPI takes either key for its last layer


def problem_handlers() -> Handlers:
    """Return the handlers that answer FastAPI's errors by problem details."""
    return {
        HTTPException: answering(_of_http_exception),
        RequestValidationError: answering(_of_invalid_request),
        Exception: _unexpected,
    }


def plain_handlers() -> Handlers:
    """Return the handlers that answer FastAPI's errors in FastAPI's shapes.

    They replace FastAPI's, which cannot encode NaN and lone surrogates of the request.
    """
    return {
        HTTPException: answering(_plain_http_exception),
        RequestValidationError: answering(_plain_invalid_request),
    }


def answering[E: Exception](answer: Callable[[E], Response]) -> Handler:
    """Return an exception handler that answers requests and closes websockets.

    Args:
        answer: Returns the response to an exception.
    """

    async def handle(connection: HTTPConnection, error: Exception) -> Response | None:
        try:
            response = answer(cast("E", error))
        except UnicodeEncodeError as unencodable:
            # Headers of the error. Starlette's outer handlers cannot read the request's body again.
            handler = handler_of(connection.scope["app"], unencodable)
            if handler is None:
                raise
            return await handled(handler, cast("Request", connection), unencodable)
        if isinstance(connection, WebSocket):
            code: int | None = getattr(error, "close_code", None)
            return await refuse(connection, response, str(getattr(error, "detail", error)), code)
        return response

    return cast("Handler", handle)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the responses to an exception have in common.

    Args:
        status: The HTTP status code.
        title: The kind of problem; by default the phrase of the status.
        type: The slug or URI of the type; by default none.
        members: Returns further members of the problem of an exception.
        headers: Further headers of the response.
    """

    status: int
    title: str = ""
    type: str = ""
    members: Callable[[Exception], Mapping[str, object]] = lambda _: {}
    headers: Mapping[str, str] | None = None

    def problem(self, error: Exception, detail: str = "", **further: object) -> Response:
        """Return the problem of an exception.

        Raises:
            TypeError: `members` names a member that every problem has.
        """
        members = self.members(error)
        if reserved := sorted(_RESERVED & members.keys()):
            names = ", ".join(reserved)
            raise TypeError(f"members of map_error({type(error).__name__}) may not name {names}.")
        # Not by name: a member of RFC 9457 may be called like any parameter but these.
        return ProblemResponse(
            self.status,
            detail,
            type=self.type,
            title=self.title,
            headers=self.headers,
            **{**further, **members},
        )


def mapped(kind: Kind, *, problem_details: bool) -> Handler:
    """Return a handler that answers with an exception's text, or logs it for a server error.

    Args:
        kind: The kind of problem.
        problem_details: Whether the response is a problem.
    """
    if kind.status < _SERVER_ERROR:
        return answering(with_text(kind, problem_details=problem_details))

    async def handle(connection: HTTPConnection, error: Exception) -> Response:
        _logger.error("answered %s: %s", kind.status, label(connection.scope), exc_info=error)
        text = {"detail": kind.title or phrase_of(kind.status)}
        response: Response = ErrorResponse(text, kind.status, kind.headers)
        if problem_details:
            response = kind.problem(error, request_id=request_id(connection))
        return await answering(lambda _: response)(cast("Request", connection), error)

    return cast("Handler", handle)


def with_text(kind: Kind, *, problem_details: bool) -> Answer:
    """Return a function that answers an exception with its text."""
    if problem_details:
        return lambda error: kind.problem(error, str(error))
    return lambda error: ErrorResponse({"detail": str(error)}, kind.status, kind.headers)


async def answer(application: object, request: Request, error: Exception) -> Response | None:
    """Return the response of the handler of an error that was raised outside of any route.

    It is `None` if the error has no handler, or if its handler has closed a websocket.
    """
    handler = handler_of(application, error)
    return None if handler is None else await handled(handler, request, error)


def handler_of(
    application: object, error: Exception, besides: Handler | None = None
) -> Handler | None:
    """Return the handler of an error's status or nearest class, as Starlette looks it up.

    The handler of all unexpected errors is not among them, and neither is `besides`.
    """
    handlers = _handlers_of(application)
    status = error.status_code if isinstance(error, HTTPException) else None
    keys = (key for key in (status, *type(error).__mro__) if key not in _UNEXPECTED)
    found = (handlers.get(key) for key in keys)
    # A handler may be an object that has no hash.
    return next((each for each in found if each is not None and each != besides), None)


def _handlers_of(application: object) -> Mapping[object, Handler]:
    handlers: Mapping[object, Handler] = getattr(application, "exception_handlers", {})
    return handlers


async def handled(handler: Handler, request: Request, error: Exception) -> Response:
    """Return the response of a handler, which runs in a thread if it is not async."""
    if iscoroutinefunction(handler):
        return await handler(request, error)
    return cast("Response", await run_in_threadpool(handler, request, error))


def _plain_http_exception(error: HTTPException) -> Response:
    if not is_body_allowed_for_status_code(error.status_code):
        return Response(status_code=error.status_code, headers=error.headers)
    return ErrorResponse({"detail": error.detail}, error.status_code, error.headers)


def _plain_invalid_request(error: RequestValidationError) -> Response:
    return ErrorResponse({"detail": jsonable_encoder(error.errors())}, _INVALID)


async def _unexpected(request: Request, error: Exception) -> Response:
    """Answer with the request's id only, which the logged error has as a note."""
    return ProblemResponse(500, request_id=noted_request_id(request, error))


def _of_http_exception(error: HTTPException) -> Response:
    """Return a problem with the status and headers; a detail that is not a text is `errors`."""
    status, detail = error.status_code, cast("object", error.detail)
    if not is_body_allowed_for_status_code(status):
        return Response(status_code=status, headers=error.headers)
    if isinstance(detail, str):
        kind: str = getattr(error, "problem_type", "")  # of a TypedError
        return ProblemResponse(status, detail, type=kind, headers=error.headers)
    if status == _INVALID:  # the OpenAPI document has a schema for its errors
        faults = detail if isinstance(detail, list) else [detail]
        detail = [raised_fault(each) for each in faults]
    return ProblemResponse(status, headers=error.headers, errors=detail)


def _of_invalid_request(error: RequestValidationError) -> Response:
    """Return a problem that locates each fault by part of the request and JSON pointer."""
    errors = [fault_of(fault) for fault in error.errors()]
    return ProblemResponse(_INVALID, NOT_VALID, type="validation", errors=errors)
