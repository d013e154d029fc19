"""How Conduit answers errors: `{"errors": {"<field or thing>": ["<text>"]}}`."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from ftf.http.auth import Unauthenticated
from ftf.orm import DuplicateRecord, ForeignKeyViolation, InvalidValue, RecordNotFound, StaleRecord

from .auth import token_of

type Errors = dict[str, list[str]]
type Handler = Callable[[Request, Any], Awaitable[JSONResponse]]


TAKEN = "has already been taken"


def refusal(status: int, thing: str, text: str) -> HTTPException:
    """Make the error that says what is wrong with a thing."""
    return HTTPException(status, {thing: [text]})


def answering(status: int, describe: Callable[[Any], Errors]) -> Handler:
    """Make the handler of a kind of error."""

    async def handle(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"errors": describe(error)}, status)

    return handle


def faults(error: RequestValidationError) -> Errors:
    """Name every field at fault."""
    errors: Errors = {}
    for fault in error.errors():
        *_, field = (part for part in fault["loc"] if isinstance(part, str))
        errors.setdefault(field, []).append(fault["msg"])
    return errors


def missing(error: RecordNotFound) -> Errors:
    """Name what does not exist."""
    thing = {"Account": "profile", "Comment": "comment"}.get(error.model.__name__, "article")
    return {thing: ["not found"]}


async def unauthenticated(request: Request, _: Unauthenticated) -> JSONResponse:
    """Say whether the token is missing or invalid."""
    text = "is invalid" if token_of(request) else "is missing"
    return JSONResponse({"errors": {"token": [text]}}, 401)


async def other(_: Request, error: StarletteHTTPException) -> JSONResponse:
    """Answer a `refusal`, or what the framework refuses, such as an unknown path."""
    detail: object = error.detail
    errors = detail if isinstance(detail, dict) else {"request": [detail]}
    return JSONResponse({"errors": errors}, error.status_code, error.headers)


# A request that meets the deletion of its article half-way comes too late.
gone = answering(404, lambda _: {"article": ["not found"]})

HANDLERS: dict[int | type[Exception], Handler] = {
    RequestValidationError: answering(422, faults),
    InvalidValue: answering(422, lambda error: {"request": [str(error)]}),
    RecordNotFound: answering(404, missing),
    ForeignKeyViolation: gone,
    StaleRecord: gone,
    DuplicateRecord: answering(409, lambda error: {name: [TAKEN] for name in error.columns}),
    Unauthenticated: unauthenticated,
    StarletteHTTPException: other,
}
