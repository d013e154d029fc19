"""The texts of a request, as far as an error can quote them."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Final

from anyio import CancelScope
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
# Raised by Request.body() and form(): the body has another format, or was read as a stream.
_UNREADABLE = (ValueError, RecursionError, RuntimeError, HTTPException)
# A body of which not all is known: it may have any text.
UNKNOWN: Final = "\0unknown"


async def texts_of(request: HTTPConnection) -> AsyncIterator[tuple[str, str]]:
    """Yield the texts of a request, with the part of the request; numbers are written as text.

    The body is that which the application has read, as a whole and its values. It is `UNKNOWN` if
    only a part of it is known.
    """
    yield "path", request.scope["path"]
    for value in request.path_params.values():
        yield "path", str(value)
    for pair in request.query_params.multi_items():
        for text in pair:
            yield "query", text
    for text in (*request.headers.values(), *request.cookies.values()):
        yield "header", text
    if isinstance(request, Request):
        for text in await _body_of(request):
            yield "body", text


async def _body_of(request: Request) -> list[str]:
    # Cancelled at the first wait: a body that was not read did not cause the error, and receive()
    # waits for the client.
    with suppress(*_UNREADABLE), CancelScope() as at_once:
        at_once.cancel()
        try:
            if request.headers.get("content-type", "").startswith(_FORMS):
                form = (await request.form()).multi_items()
                values = [each if isinstance(each, str) else each.filename for _, each in form]
                return [*(name for name, _ in form), *filter(None, values)]
            body = await request.body()
        except ClientDisconnect:
            return [UNKNOWN]
        return [body.decode("utf-8", "replace"), *_values(body)]
    return []


def _values(body: bytes) -> Iterator[str]:
    """Yield the keys and values of JSON as texts; none if it is not JSON."""
    with suppress(ValueError, RecursionError):
        left: list[object] = [json.loads(body)]
        while left:
            value = left.pop()
            if isinstance(value, dict):
                left += (*value.keys(), *value.values())
            elif isinstance(value, list):
                left += value
            else:
                yield str(value)
