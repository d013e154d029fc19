"""One request and its response, whose units of work are settled before it starts."""

import logging
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


class ResponseReplaced(BaseException):  # like a cancellation, it is no error
    """Ends a response that was answered otherwise, with its background tasks."""


class Exchange:
    """The two channels of an ASGI connection, as the application gets them.

    Attributes:
        failure: An error of settling that no handler was made for, to raise in place of a response.
    """

    __slots__ = (
        "_ahead",
        "_app",
        "_outer",
        "_receive",
        "_replaced",
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
        self._app: object = scope.get("app")  # a mounted one will take its place
        self._request: Request | None = None
        self._ahead: list[Message] = []
        self._replaced = False
        self._outer: Token[Exchange | None] | None = None
        self.units = units
        self.failure: Exception | None = None

    def __enter__(self) -> Self:
        self._outer = current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        current.reset(cast("Token[Exchange | None]", self._outer))
        self._request = None  # it refers to this exchange

    @property
    def connection(self) -> HTTPConnection:
        """The connection, whatever its kind."""
        return HTTPConnection(self._scope)

    @property
    def request(self) -> Request:
        """The HTTP request.

        Raises:
            NoRequestError: It is a websocket.
        """
        if self._scope["type"] != "http":
            raise NoRequestError("Request")
        if self._request is None:
            self._request = Request(self._scope, self.receive, self.send)
        return self._request

    def share(self, request: Request) -> None:
        """Let services ask for a request that the application has made."""
        self._request = request

    @property
    def label(self) -> str:
        """The request's name in a log entry."""
        return label(self._scope)

    async def receive(self) -> Message:
        """Pass on a message of the client's."""
        return self._ahead.pop(0) if self._ahead else await self._receive()

    async def send(self, message: Message) -> None:
        """Pass on a message of the application's, having settled its units of work.

        Raises:
            ResponseReplaced: They could not be committed; another response takes its place.
        """
        if self.units and message["type"] == "http.response.start":
            await self._settle(message["status"])
        if self._replaced:
            raise ResponseReplaced from self.failure
        await self._send(message)

    async def close(self) -> None:
        """Roll back what no response has settled."""
        if self.units:
            await self._settle(_FIRST_ERROR)

    async def _settle(self, status: int) -> None:
        """Commit or roll back."""
        commit = status < _FIRST_ERROR and not await self._client_left()
        try:
            await self.units.settle(commit=commit)
        except Exception as error:
            if status >= _FIRST_ERROR:
                _logger.exception("rolling back failed: %s", self.label)
            else:
                await self._replace(error)

    async def _replace(self, error: Exception) -> None:
        """Answer with what went wrong, or leave that to the application's layer for errors."""
        self._replaced = True
        app, request = self._app or self._scope.get("app"), Request(self._scope)
        try:
            response = await answer(app, request, error)
        except Exception as failure:  # noqa: BLE001  # of the handler, and raised later
            error, response = failure, None
        if response is None:
            self.failure = error
        else:
            await response(self._scope, self._receive, self._send)

    async def _client_left(self) -> bool:
        """Look whether the client has disconnected, without waiting for it."""
        for _ in range(2):  # behind the end of a body nobody has read
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
