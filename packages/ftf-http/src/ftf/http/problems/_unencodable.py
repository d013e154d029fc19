"""The response to a request whose text a response, header or driver cannot encode."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import cast

from anyio import CancelScope
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response

from .._request_id import label
from ._error_response import has_surrogate
from ._handlers import answer, handled, handler_of

_SURROGATE = "Input should be valid Unicode, without lone surrogates"
_REFUSED = "Input should be text that {} can encode: {!r} is not"
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
# Raised by Request.json() and form(): the body has another format, or was read as a stream.
_UNREADABLE = (ValueError, RecursionError, RuntimeError, HTTPException, ClientDisconnect)
_logger = logging.getLogger("ftf.http")


async def answer_unencodable(request: Request, error: Exception) -> Response:
    r"""Answer that a request is not valid, if it has the text that could not be encoded.

    Python's JSON parser accepts lone surrogates, as in `"\ud800"`, and so does pydantic, but
    neither a response nor a database driver can encode them. A response header holds ISO-8859-1
    only; such an error is logged too, because the handler should encode what it puts there. A
    handler of the user's for a base class of the error takes precedence.

    Raises:
        Exception: The error itself, if the request does not have that text.
    """
    application = request.scope["app"]
    of_user = handler_of(application, error, besides=answer_unencodable)
    if of_user is not None:
        return await handled(of_user, request, error)
    async for part, text in _texts(request):
        if message := _fault(error, text):
            if message != _SURROGATE:
                _logger.warning("answered 422: %s", label(request.scope), exc_info=error)
            fault = {"type": "string_unicode", "loc": (part,), "msg": message}
            invalid = RequestValidationError([fault])
            # None for a websocket, which the handler has closed itself.
            return cast("Response", await answer(application, request, invalid))
    raise error


def _fault(error: Exception, text: str) -> str:
    """Return why a text of the request cannot be encoded, or "" if it is not what the error names.

    Args:
        error: A `UnicodeEncodeError`, or an error of pydantic's, which has no facts.
        text: A text of the request.
    """
    if isinstance(error, UnicodeEncodeError):
        refused = error.object[error.start]
        if not has_surrogate(refused):
            # A handler may have changed the case.
            sent = refused.casefold() in text.casefold()
            return _REFUSED.format(error.encoding, refused) if sent else ""
    return _SURROGATE if has_surrogate(text) else ""


async def _texts(request: Request) -> AsyncIterator[tuple[str, str]]:
    """Yield the parts of a request that can have any text; headers are ISO-8859-1."""
    yield "path", request.scope["path"]
    yield "query", "".join(map("".join, request.query_params.multi_items()))
    yield "body", await _text_of_body(request)


async def _text_of_body(connection: HTTPConnection) -> str:
    """Return the text of a JSON body or form that the application has read, or else ""."""
    text = ""
    # Cancelled at the first wait: a body that was not read did not cause the error, and receive()
    # waits for the client.
    with suppress(*_UNREADABLE), CancelScope() as at_once:
        at_once.cancel()
        if isinstance(connection, Request):
            if connection.headers.get("content-type", "").startswith(_FORMS):
                items = (await connection.form()).multi_items()
                texts = (each if isinstance(each, str) else each.filename for _, each in items)
                text = "".join(filter(None, texts))
            else:
                text = json.dumps(await connection.json(), ensure_ascii=False)
    return text
