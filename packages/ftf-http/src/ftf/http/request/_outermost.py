"""The outermost layer: request ids, security headers and the watch over event streams."""

from collections.abc import Mapping

from anyio import CancelScope
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .._event_loop import Cancellable, TrioScope, asyncio_task
from .._request_id import HEADER, identify
from ..shutdown._draining import Draining

type Headers = list[tuple[bytes, bytes]]

_STARTS = {"http.response.start", "websocket.accept", "websocket.http.response.start"}
_EVENT_STREAM = b"text/event-stream"


class OutermostMiddleware:
    """Sets request ids, adds security headers, and watches event streams for `Draining`.

    One layer does all three, because every layer adds the same time to each request.

    Args:
        app: The ASGI application to wrap.
        headers: Headers of each HTTP response that does not set them itself.
        draining: Ends event streams when the application stops.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str], draining: Draining) -> None:
        self.app = app
        self.draining = draining
        self.headers: Headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the lifespan is passed on unchanged."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        task = asyncio_task()
        if task is None:
            await self._serve_on_trio(scope, receive, send)
        else:
            await self._serve(task, scope, receive, send)

    async def _serve(
        self, served_by: Cancellable, scope: Scope, receive: Receive, send: Send
    ) -> None:
        named = identify(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                streams = self._complete(message, named)
                await send(message)
                if streams:
                    self.draining.watch(served_by)
                return
            # Most applications have no event streams, and skip the look at each message.
            if self.draining.streams and not message.get("more_body"):
                self.draining.complete(served_by)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    async def _serve_on_trio(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve in a cancel scope, and send the end of an event stream that it has cancelled."""
        with CancelScope() as cancel_scope:
            served_by = TrioScope(cancel_scope)
            try:
                await self._serve(served_by, scope, receive, send)
            finally:
                stream = self.draining.release(served_by)
        if cancel_scope.cancelled_caught and stream and not stream.complete:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _complete(self, message: Message, named: bytes | None) -> bool:
        """Add headers to the start of a response. Return whether it is an event stream to watch.

        Args:
            message: The message that starts the response.
            named: The request's id; `None` if an outer application has set one, which watches too.
        """
        headers: Headers = [*message.get("headers", ())]
        own = dict(headers)
        if named is not None and all(header[0].lower() != HEADER for header in headers):
            headers.append((HEADER, named))
        if message["type"] == "http.response.start":
            headers += [header for header in self.headers if header[0] not in own]
        message["headers"] = headers
        return named is not None and own.get(b"content-type", b"").startswith(_EVENT_STREAM)
