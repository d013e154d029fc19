"""Which exception becomes which problem."""

from collections.abc import Callable, Coroutine, Sequence
from importlib.util import find_spec
from typing import cast

from fastapi.exceptions import RequestValidationError
from fastapi.utils import is_body_allowed_for_status_code
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ._problem import ProblemResponse

type Handler = Callable[[Request, Exception], Coroutine[None, None, Response]]
type Handlers = dict[int | type[Exception], Handler]


def problem_handlers() -> Handlers:
    """List the handlers that turn errors into problem details."""
    handlers: Handlers = {
        HTTPException: answering(_of_http_exception),
        RequestValidationError: answering(_of_invalid_request),
        Exception: answering(lambda _: ProblemResponse(500)),
    }
    if find_spec("ftf.orm") is not None:
        from ftf.orm import DuplicateRecord, RecordNotFound  # noqa: PLC0415  # optional

        handlers[RecordNotFound] = answering(as_problem(404))
        handlers[DuplicateRecord] = answering(as_problem(409))
    return handlers


def answering[E: Exception](answer: Callable[[E], Response]) -> Handler:
    """Make an exception handler of a function that needs the exception only."""

    async def handle(_: Request, error: Exception) -> Response:
        return answer(cast("E", error))

    return handle


def as_problem(status: int, title: str = "") -> Callable[[Exception], Response]:
    """Answer an exception with its own text."""
    return lambda error: ProblemResponse(status, str(error), title=title)


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
