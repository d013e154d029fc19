"""The answer to a request whose text is not valid Unicode."""

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

_SAID = "Input should be valid Unicode, without lone surrogates"
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
# The body is neither JSON nor a form, or it is gone.
_UNREADABLE = (ValueError, RecursionError, RuntimeError, HTTPException, ClientDisconnect)


async def answer_surrogate(request: Request, error: Exception) -> Response:
    r"""Answer that a request is not valid, if it has text that cannot be encoded.

    Python reads lone surrogates, from JSON such as `"\ud800"`, and pydantic lets them pass, but no
    response and no driver can encode them. Where the request has none, or the user has a handler
    for a base of the error, the error is handled as if this handler were not there.

    Raises:
        Exception: The error itself, if the request has no such text.
    """
    application = request.scope["app"]
    own = handler_of(application, error, besides=answer_surrogate)
    if own is not None:
        return await handled(own, request, error)
    for part, text in (("path", request.scope["path"]), ("body", await _text_of_body(request))):
        if has_surrogate(text):
            fault = {"type": "string_unicode", "loc": (part,), "msg": _SAID}
            invalid = RequestValidationError([fault])
            # None for a websocket, which the handler has closed itself.
            return cast("Response", await answer(application, request, invalid))
    raise error


async def _text_of_body(connection: HTTPConnection) -> str:
    """Return the text of a JSON body or form that the application has read."""
    text = ""
    # What was not read is not the reason, and waiting for it could be for ever.
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
