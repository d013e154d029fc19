"""One request and its response: units of work are settled before the response starts."""

import logging
from collections.abc import Awaitable
from contextvars import ContextVar, Token
from typing import Self, cast

from anyio import CancelScope
from starlette.requests import HTTPConnection, Request
from starlette.types import Message, Receive, Scope, Send

from ftf.container import UnitsOfWork

from .._request_id import label
from ..exceptions import NoRequestError
from ..problems._handlers import answer

current: ContextVar["Exchange | None"] = ContextVar("ftf.http.exchange", default=None)
_logger = logging.getLogger("ftf.http")
_FIRST_ERROR = 400


class ResponseReplaced(BaseException):  # `except Exception` of handlers does not catch it
    """Stops the application where another response has replaced its own."""


class Exchange:
    """The ASGI channels `receive` and `send` of one connection, around those of the server.

    Attributes:
        failure: The error of a commit, if it has no handler; it is raised in place of a response.
    """

    __slots__ = (
        "_ahead",
        "_app",
        "_outer",
        "_receive",
        "_replaced",
        "_replayed",
        "_request",
        "_scope",
        "_send",
        "failure",
        "units",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, units: UnitsOfWork) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._app: object = scope.get("app")  # a mounted application replaces it in the scope
        self._request: Request | None = None
        self._ahead: list[Message] = []
        self._replaced = False
        self._replayed: Message | None = None  # by a DirectExchange
        self._outer: Token[Exchange | None] | None = None
        self.units: UnitsOfWork = units
        self.failure: Exception | None = None

    def __enter__(self) -> Self:
        self._outer = current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        current.reset(cast("Token[Exchange | None]", self._outer))
        self.forget_request()

    def forget_request(self) -> None:
        """Drop the request object, which refers to this exchange: no reference cycle is left."""
        self._request = None

    def pass_to(self, send: Send) -> None:
        """Send messages by another channel, that of the layers around the application."""
        self._send = send

    @property
    def connection(self) -> HTTPConnection:
        """The request or websocket."""
        return HTTPConnection(self._scope)

    @property
    def request(self) -> Request:
        """The HTTP request.

        Raises:
            NoRequestError: The connection is a websocket.
        """
        if self._scope["type"] != "http":
            raise NoRequestError("Request")
        if self._request is None:
            self._request = Request(self._scope, self.receive, self.send)
        return self._request

    def share(self, request: Request) -> None:
        """Set the request object that services get."""
        self._request = request

    @property
    def label(self) -> str:
        """The request's name in a log entry."""
        return label(self._scope)

    async def receive(self) -> Message:
        """Return the next message of the client."""
        return self._ahead.pop(0) if self._ahead else await self._receive()

    # Plain functions that return an awaitable: `async def` would add frames to each message.
    def send(self, message: Message) -> Awaitable[None]:
        """Send a message of the application; units of work are settled before a response starts.

        Raises:
            ResponseReplaced: They could not be committed, and another response was sent.
        """
        if self._replaced or (message["type"] == "http.response.start" and self.units):
            return self._send_settled(message)
        return self.forward(message)

    def forward(self, message: Message) -> Awaitable[None]:
        """Send a message, without settling units of work."""
        return self._send(message)

    async def _send_settled(self, message: Message) -> None:
        if message is not self._replayed:
            if message["type"] == "http.response.start" and self.units:
                await self._settle(message["status"])
            if self._replaced:
                raise ResponseReplaced from self.failure
        await self.forward(message)

    async def close(self) -> None:
        """Roll back the units of work that no response has settled."""
        if self.units:
            await self._settle(_FIRST_ERROR)

    async def _settle(self, status: int) -> None:
        """Commit the units of work for a status below 400, and roll them back for any other."""
        commit = status < _FIRST_ERROR and not await self._client_left()
        try:
            await self.units.settle(commit=commit)
        except Exception as error:
            if status >= _FIRST_ERROR:
                _logger.exception("rolling back failed: %s", self.label)
            else:
                await self._replace(error)

    async def _replace(self, error: Exception) -> None:
        """Send the response to a failed commit; without a handler, keep the error as `failure`."""
        self._replaced = True
        # Without `receive`: the application may have read the body already.
        app, request = self._app or self._scope.get("app"), Request(self._scope)
        try:
            response = await answer(app, request, error)
        except Exception as failure:  # noqa: BLE001  # raised by the handler; ScopeMiddleware raises it
            error, response = failure, None
        if response is None:
            self.failure = error
        else:
            await response(self._scope, self._receive, self.forward)

    async def _client_left(self) -> bool:
        """Return whether the client has disconnected, without waiting for it.

        ASGI servers tell so only by a message of `receive()`, which waits for one; a cancelled
        scope ends that wait. Messages other than `http.disconnect` are kept for `receive`.
        """
        for _ in range(2):  # a body that was not read comes before `http.disconnect`
            message: Message | None = None
            with CancelScope() as at_once:
                at_once.cancel()
                message = await self._receive()
            if message is None:
                break
            if message["type"] == "http.disconnect":
                return True
            self._ahead.append(message)
        return False
