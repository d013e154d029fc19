"""The form of a token endpoint (RFC 6749, section 3.2), and its errors."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_TYPE: Final = "application/x-www-form-urlencoded"
_MOST_BYTES: Final = 16_384
_MOST_FIELDS: Final = 20
NOT_STORED: Final = {"cache-control": "no-store", "pragma": "no-cache"}


class InvalidFormError(ValueError):
    """A body is not the form that a token endpoint takes."""


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a body. An empty field is as one that is missing.

    Raises:
        InvalidFormError: It is not a form, too long, or has a field twice.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        raise InvalidFormError(f"The body has to be {_TYPE}.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise InvalidFormError("The body is too long.")
    try:
        pairs = parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:  # not ASCII, not UTF-8, or too many
        raise InvalidFormError("The body cannot be read.") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise InvalidFormError("A field is there twice.")
    return fields


def refused(error: str, description: str) -> Response:
    """Return the error of a token endpoint (RFC 6749, section 5.2).

    Args:
        error: Its code, such as `invalid_grant`.
        description: What is wrong, for a developer.
    """
    content = {"error": error, "error_description": description}
    return JSONResponse(content, 400, NOT_STORED)
