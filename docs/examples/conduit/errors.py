"""How Conduit answers errors: `{"errors": {"<field or thing>": ["<text>"]}}`."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ftf.http.auth import Unauthenticated
from ftf.orm import DuplicateRecord, ForeignKeyViolation, InvalidValue, RecordNotFound, StaleRecord

type Errors = dict[str, list[str]]
type Handler = Callable[[Request, Any], Awaitable[JSONResponse]]


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


def taken(error: DuplicateRecord) -> Errors:
    """Name the values that another record has."""
    return {name: ["has already been taken"] for name in error.columns}


def unauthenticated(error: Unauthenticated) -> Errors:
    """Return whether the token is missing or invalid."""
    return {"token": ["is invalid" if "invalid_token" in (error.challenge or "") else "is missing"]}


async def other(_: Request, error: HTTPException) -> JSONResponse:
    """Answer what a handler refuses, or the framework, such as an unknown path."""
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
    DuplicateRecord: answering(409, taken),
    Unauthenticated: answering(401, unauthenticated),
    HTTPException: other,
}
