"""An id for each request, in its response, its errors and their log entries."""

import re
from secrets import token_hex
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "X-Request-ID"
_KEY = "ftf.request_id"
_NAME = HEADER.lower().encode()
_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
_ANSWERS = {"http.response.start", "websocket.accept", "websocket.http.response.start"}


class RequestIdMiddleware:
    """Names each request in its response's `X-Request-ID`.

    The id that a client or proxy sends is kept if it has 1 to 128 letters, digits or `._:/+=@-`;
    otherwise the request gets a new one.

    Args:
        app: The ASGI application to wrap.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; one that has an id already keeps it."""
        if scope["type"] == "lifespan" or _KEY in scope:
            await self.app(scope, receive, send)
            return
        request_id = _inbound(scope) or token_hex(16).encode()
        scope[_KEY] = request_id.decode()

        async def send_with_id(message: Message) -> None:
            if message["type"] in _ANSWERS:
                headers = message.get("headers", ())
                message["headers"] = [*headers, (_NAME, request_id)]
            await send(message)

        await self.app(scope, receive, send_with_id)


def request_id(connection: HTTPConnection) -> str | None:
    """Tell the id of a request or websocket; `None` if nothing gave it one."""
    found: str | None = connection.scope.get(_KEY)
    return found


def noted_request_id(connection: HTTPConnection, error: Exception) -> str | None:
    """Tell the id of a request, having noted it on an error that is about to be logged."""
    found = request_id(connection)
    note = f"Request id: {found}"
    if note not in getattr(error, "__notes__", ()):  # by the application that is mounted in this
        error.add_note(note)
    return found


def label(scope: Scope) -> str:
    """Name a request in a log entry."""
    return f"{scope['path']} (request {scope.get(_KEY, 'without id')})"


def _inbound(scope: Scope) -> bytes | None:
    """Find an acceptable id in the request's headers."""
    for name, value in scope["headers"]:
        if name == _NAME:
            found: bytes = value
            return found if _ACCEPTABLE.fullmatch(found) else None
    return None
