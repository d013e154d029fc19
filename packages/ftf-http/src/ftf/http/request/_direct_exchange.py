"""The exchange of a request between which and the server no layer stands."""

from collections.abc import Awaitable

from starlette.types import Message, Receive, Scope, Send

from ftf.container import UnitsOfWork

from .._event_loop import Cancellable
from ._exchange import Exchange
from ._outermost import Outgoing


class DirectExchange(Exchange):
    """An exchange that does the work of all layers, until they have to serve the request after all.

    Args:
        scope: The ASGI scope of the request.
        channels: Those of the server, for messages of the client and of the application.
        units: The units of work of the request.
        outgoing: Adds headers to the response.
        served: The id of the request, `None` if an outer application has set one, and the task
            that serves the request.

    Attributes:
        served_by: The task that serves the request.
    """

    __slots__ = (
        "_draining",
        "_is_layered",
        "_named",
        "_outgoing",
        "_server",
        "served_by",
    )

    def __init__(
        self,
        scope: Scope,
        channels: tuple[Receive, Send],
        units: UnitsOfWork,
        outgoing: Outgoing,
        served: tuple[bytes | None, Cancellable],
    ) -> None:
        receive, send = channels
        super().__init__(scope, receive, send, units)
        self._server = send
        self._outgoing, self._draining = outgoing, outgoing.draining
        self._named, self.served_by = served
        self._is_layered = False

    __call__ = Exchange.send

    def forward(self, message: Message) -> Awaitable[None]:
        """Send a message, without settling units of work."""
        return self._send(message) if self._is_layered else self.send_out(message)

    def send_out(self, message: Message) -> Awaitable[None]:
        """Send a message to the server."""
        if message["type"] == "http.response.start":
            if message is self._replayed:
                return _sent_already()
            self.has_started = True
            if self._outgoing.complete(message, self._scope, self._named):
                return self._send_stream(message)
        elif self._draining.streams:
            self._outgoing.prepare(message, self._scope, self._named, self.served_by)
        return self._server(message)

    async def send_json(self, start: Message, body: Message) -> None:
        """Send a response with a JSON body that a plan has written: its headers are not checked.

        Args:
            start: The message that starts it, with the headers `content-length` and `content-type`.
            body: The message with the whole body.

        Raises:
            ResponseReplaced: Another response was sent.
        """
        if self.units or self._replaced:
            await self.send(start)
            await self.send(body)
            return
        self.has_started = True
        self._outgoing.complete_json(start, self._scope, self._named)
        await self._server(start)
        await self._server(body)

    async def _send_stream(self, message: Message) -> None:
        await self._server(message)
        self._draining.watch(self.served_by)

    def pass_to(self, send: Send) -> None:
        """Send messages by the layers around the application."""
        super().pass_to(send)
        self._is_layered = True

    async def replay(self, send: Send) -> None:
        """Make layers see that a response was started, which they did not send."""
        if self.has_started:
            self._replayed = {"type": "http.response.start", "status": 200, "headers": []}
            await send(self._replayed)


async def _sent_already() -> None:
    """Send nothing."""
