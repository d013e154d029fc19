"""The outermost layer: request ids, security headers and the watch over event streams."""

from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

from anyio import CancelScope
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ftf.container import Correlation

from .._event_loop import Cancellable, TrioScope, asyncio_task
from .._request_id import HEADER, identify, log_fields
from ..shutdown._draining import Draining

of_records = Correlation.of_records
type Headers = list[tuple[bytes, bytes]]

_ACCEPT: Final = "websocket.accept"
_STARTS: Final = {"http.response.start", _ACCEPT, "websocket.http.response.start"}
_EVENT_STREAM = b"text/event-stream"
_OF_JSON: Final = {b"content-length", b"content-type"}


class FurtherHeaders(Protocol):
    """Headers of responses that depend on the response and on the connection."""

    def missing(self, scope: Scope, own: Mapping[bytes, bytes]) -> Headers:
        """Return those that a response with headers of its own lacks."""
        ...


class Outgoing:
    """Adds headers to the responses of an application, and notes its event streams for `Draining`.

    Args:
        headers: Headers of each HTTP response that does not set them itself.
        draining: Ends event streams when the application stops.
        further: Further headers, of the refusal of a websocket too.
    """

    __slots__ = ("_beside_json", "_further", "_names", "draining", "headers")

    def __init__(
        self,
        headers: Mapping[str, str],
        draining: Draining,
        further: FurtherHeaders | None = None,
    ) -> None:
        self.draining = draining
        self._further = further
        self.headers: Headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers.items()
        ]
        self._names = frozenset(name for name, _ in self.headers)
        self._beside_json = [header for header in self.headers if header[0] not in _OF_JSON]

    def prepare(
        self, message: Message, scope: Scope, named: bytes | None, served_by: Cancellable
    ) -> bool:
        """Change a message that is about to be sent. Return whether a stream to watch starts.

        Args:
            message: The message of the application.
            scope: The ASGI scope of the connection.
            named: The request's id; `None` if an outer application has set one, which watches too.
            served_by: What serves the request.
        """
        if message["type"] in _STARTS:
            return self.complete(message, scope, named)
        # Most applications have no event streams, and skip the look at each message.
        if self.draining.streams and not message.get("more_body"):
            self.draining.complete(served_by)
        return False

    def complete(self, message: Message, scope: Scope, named: bytes | None) -> bool:
        """Add headers to the start of a response. Return whether it is an event stream to watch.

        Args:
            message: The message that starts it.
            scope: The ASGI scope of the connection.
            named: The request's id; `None` if an outer application has set one, which watches too.
        """
        headers: Headers = [*message.get("headers", ())]
        own = dict(headers)
        if named is not None and not _has_id(own):
            headers.append((HEADER, named))
        if message["type"] == "http.response.start":
            if self._names.isdisjoint(own):
                headers += self.headers
            else:
                headers += [header for header in self.headers if header[0] not in own]
        if self._further is not None and message["type"] != _ACCEPT:
            headers += self._further.missing(scope, own)
        message["headers"] = headers
        return named is not None and own.get(b"content-type", b"").startswith(_EVENT_STREAM)

    def complete_json(self, message: Message, scope: Scope, named: bytes | None) -> None:
        """Add headers to the start of a response whose headers are those of a JSON body.

        Args:
            message: The message that starts it.
            scope: The ASGI scope of the request.
            named: The request's id; `None` if an outer application has set one.
        """
        headers: Headers = message["headers"]
        further = () if self._further is None else self._further.missing(scope, dict(headers))
        if named is not None:
            headers.append((HEADER, named))
        headers += self._beside_json
        headers += further


def _has_id(headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a response has the header of the request's id, in any case of letters."""
    if HEADER in headers:
        return True
    # Starlette's are in lower case: one look at all of them.
    return not b"".join(headers).islower() and any(name.lower() == HEADER for name in headers)


class OutermostMiddleware:
    """Sets request ids, adds security headers, and watches event streams for `Draining`.

    One layer does all three, because every layer adds the same time to each request.

    Args:
        app: The ASGI application to wrap.
        outgoing: Adds the headers, and notes the event streams.
    """

    def __init__(self, app: ASGIApp, outgoing: Outgoing) -> None:
        self.app = app
        self.outgoing = outgoing

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
        named, outgoing = identify(scope), self.outgoing

        async def send_with_headers(message: Message) -> None:
            is_stream = outgoing.prepare(message, scope, named, served_by)
            await send(message)
            if is_stream:
                outgoing.draining.watch(served_by)

        token = None if named is None else of_records.set(partial(log_fields, scope))
        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            if token is not None:
                of_records.reset(token)

    async def _serve_on_trio(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve in a cancel scope, and send the end of an event stream that it has cancelled."""
        with CancelScope() as cancel_scope:
            served_by = TrioScope(cancel_scope)
            try:
                await self._serve(served_by, scope, receive, send)
            finally:
                stream = self.outgoing.draining.release(served_by)
        if cancel_scope.cancelled_caught and stream and not stream.complete:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
