"""One request and its response: units of work are settled before the response starts."""

import logging
from collections.abc import Awaitable
from contextvars import ContextVar, Token
from typing import Self, cast

from anyio import CancelScope
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ftf.container import UnitsOfWork

from .._request_id import label, log_fields
from ..exceptions import NoRequestError
from ..problems._handlers import answer
from ..problems.unsendable._unencodable import answer_unencodable
from ._sendable import is_sendable, unsendable

current: ContextVar["Exchange | None"] = ContextVar("ftf.http.exchange", default=None)
_logger = logging.getLogger("ftf.http")
_FIRST_ERROR = 400
_START = "http.response.start"
_NO_BODY: Message = {"type": "http.request"}
_UNKNOWN: Message = {"type": "http.disconnect"}  # in the place of the rest of a body
_MOST_KEPT = 2**16  # bytes of a body that are kept, for the answer to what cannot be sent
_SIZE = 64  # bytes that a message takes without its body: many small ones are not kept either


class ResponseReplaced(BaseException):  # `except Exception` of handlers does not catch it
    """Stops the application where another response has replaced its own."""


class Exchange:
    """The ASGI channels `receive` and `send` of one connection, around those of the server.

    Attributes:
        failure: The error of a commit, if it has no handler; it is raised in place of a response.
        has_started: Whether the start of a response was sent.
    """

    __slots__ = (
        "_ahead",
        "_app",
        "_kept",
        "_outer",
        "_receive",
        "_replaced",
        "_replayed",
        "_request",
        "_room",
        "_scope",
        "_send",
        "failure",
        "has_started",
        "units",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, units: UnitsOfWork) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._app: object = scope.get("app")  # a mounted application replaces it in the scope
        self._request: Request | None = None
        self._ahead: list[Message] = []
        self._kept: list[Message] = []  # the messages of the body that were received
        self._room = _MOST_KEPT
        self._replaced = False
        self._replayed: Message | None = None  # by a DirectExchange
        self._outer: Token[Exchange | None] | None = None
        self.units: UnitsOfWork = units
        self.failure: Exception | None = None
        self.has_started: bool = False

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
    def scope(self) -> Scope:
        """The ASGI scope of the connection."""
        return self._scope

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

    def log_fields(self) -> dict[str, object]:
        """Return what the log records of the request say about it."""
        return log_fields(self._scope)

    async def receive(self) -> Message:
        """Return the next message of the client."""
        message = self._ahead.pop(0) if self._ahead else await self._receive()
        if message["type"] == "http.request":
            self._keep(message)
        return message

    # Plain functions that return an awaitable: `async def` would add frames to each message.
    def send(self, message: Message) -> Awaitable[None]:
        """Send a message of the application.

        Before a response starts, units of work are settled. They are rolled back if it has a status
        or headers that cannot be sent, and another response is sent.

        Raises:
            ResponseReplaced: Another response was sent.
        """
        if message["type"] == _START:
            if self._replaced or self.units or not is_sendable(message):
                return self._send_settled(message)
            self.has_started = True
        elif self._replaced:
            return self._send_settled(message)
        return self.forward(message)

    def forward(self, message: Message) -> Awaitable[None]:
        """Send a message, without settling units of work."""
        return self._send(message)

    async def _send_settled(self, message: Message) -> None:
        if message is not self._replayed:
            if message["type"] == _START:
                await self._prepare(message)
            if self._replaced:
                raise ResponseReplaced from self.failure
        await self.forward(message)

    async def _prepare(self, start: Message) -> None:
        """Settle the units of work before a response starts, if the response can be sent."""
        refused = None if self._replaced else unsendable(start)
        if self.units:
            await self._settle(start["status"] if refused is None else _FIRST_ERROR)
        if refused is not None:
            await self._replace(refused)
        self.has_started = not self._replaced or self.has_started

    async def refuse(self, error: Exception) -> bool:
        """Answer an error that has no handler, if the request has caused it. Return whether.

        The handler of a `UnicodeEncodeError` can be removed, and it is raised then.
        """
        if isinstance(error, UnicodeError) or self.has_started:
            return False
        if self._scope["type"] != "http" or "app" not in self._scope:
            return False
        if self.units:
            await self._settle(_FIRST_ERROR)
        request = self._received()
        try:
            response: object = await answer_unencodable(request, error)
        except Exception as raised:
            if raised is not error:
                raise
            return False
        finally:
            await request.close()
        if isinstance(response, Response):  # an application of Starlette has no handler
            await response(self._scope, self._receive, self.forward)
            return True
        return False

    def _received(self) -> Request:
        """Return the request, with the body that the application has received; to be closed."""
        kept = iter(self._kept or [_NO_BODY])

        async def receive() -> Message:
            return next(kept, _UNKNOWN)

        return Request(self._scope, receive)

    def _keep(self, message: Message) -> None:
        """Keep a part of the body; of a long one nothing, so that it is known to be unknown."""
        self._room -= len(message.get("body", b"")) + _SIZE
        if self._room >= 0:
            self._kept.append(message)
        else:
            self._kept = [_UNKNOWN]

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
        app, request = self._app or self._scope.get("app"), self._received()
        try:
            response = await answer(app, request, error)
        except Exception as failure:  # noqa: BLE001  # raised by the handler; ScopeMiddleware raises it
            error, response = failure, None
        finally:
            await request.close()
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
