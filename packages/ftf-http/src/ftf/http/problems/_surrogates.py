"""The response to a request whose text is not valid Unicode."""

import json
from contextlib import suppress
from typing import cast

from anyio import CancelScope
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response

from ._error_response import has_surrogate
from ._handlers import answer, handled, handler_of

_MESSAGE = "Input should be valid Unicode, without lone surrogates"
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
# Raised by Request.json() and form(): the body has another format, or was read as a stream.
_UNREADABLE = (ValueError, RecursionError, RuntimeError, HTTPException, ClientDisconnect)


async def answer_surrogate(request: Request, error: Exception) -> Response:
    r"""Answer that a request is not valid, if its text has lone surrogates.

    Python's JSON parser accepts them, as in `"\ud800"`, and so does pydantic, but neither a
    response nor a database driver can encode them. A handler of the user's for a base class of the
    error takes precedence.

    Raises:
        Exception: The error itself, if the request has no lone surrogates.
    """
    application = request.scope["app"]
    of_user = handler_of(application, error, besides=answer_surrogate)
    if of_user is not None:
        return await handled(of_user, request, error)
    for part, text in (("path", request.scope["path"]), ("body", await _text_of_body(request))):
        if has_surrogate(text):
            fault = {"type": "string_unicode", "loc": (part,), "msg": _MESSAGE}
            invalid = RequestValidationError([fault])
            # None for a websocket, which the handler has closed itself.
            return cast("Response", await answer(application, request, invalid))
    raise error


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
