"""What concerns every request, whatever answers it: its id, security headers, event streams."""

from asyncio import CancelledError, Task, current_task
from collections.abc import Mapping
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ._draining import Draining
from ._request_id import HEADER, identify

type Headers = list[tuple[bytes, bytes]]

_STARTS = {"http.response.start", "websocket.accept", "websocket.http.response.start"}
_EVENT_STREAM = b"text/event-stream"


class EdgeMiddleware:
    """Names requests, adds security headers, and ends event streams when the application stops.

    One layer does all three, because each layer costs every request the same again.

    Args:
        app: The ASGI application to wrap.
        headers: Headers of each HTTP response that does not set them itself.
        draining: Knows when the application stops.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str], draining: Draining) -> None:
        self.app = app
        self.draining = draining
        self.headers: Headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the lifespan passes untouched."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        task = cast("Task[object]", current_task())
        named = identify(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                self._complete(message, named, task)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except CancelledError:
            if not self.draining.ended(task):
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.draining.streams.discard(task)

    def _complete(self, message: Message, named: bytes | None, task: "Task[object]") -> None:
        """Add the headers of a response or handshake that starts, and note an event stream."""
        own = dict(message.get("headers", ()))
        added = [] if named is None else [(HEADER, named)]
        if message["type"] == "http.response.start":
            added += [header for header in self.headers if header[0] not in own]
            if own.get(b"content-type", b"").startswith(_EVENT_STREAM):
                self.draining.streams.add(task)
        message["headers"] = [*message.get("headers", ()), *added]
