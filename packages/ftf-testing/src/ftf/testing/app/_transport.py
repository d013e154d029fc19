"""The transport of httpx requests to an application in this process."""

from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from ._asgi import ASGIApplication
from ._exchange import Exchange, IncompleteResponseError

if TYPE_CHECKING:
    from httpx import AsyncBaseTransport as Transport
    from httpx import Request, Response
else:
    Transport = object  # httpx and httpx2 only need the methods

# As uvicorn: from version 2.4 on, `send` has to raise OSError after a disconnect.
_ASGI: Final = {"version": "3.0", "spec_version": "2.3"}


class StreamingTransport(Transport):
    """Sends the requests of an `httpx` or `httpx2` client to an ASGI application.

    A response is returned as soon as the application starts it, and its body is a stream: the
    application makes each piece when the piece before was read. Closing a response before its end,
    a read timeout and cancellation are disconnects for the application. When a response was read to
    its end, the application has finished: background tasks are done.

    Args:
        app: The application, which `LifespanManager` starts.
        state: The state of the application's lifespan; each request gets a copy.
        raise_app_exceptions: Whether an exception of the application is raised where its
            response is awaited or read, even if it answered with status 500 before. If not, the
            client gets the response that a server would send.
        root_path: The path where the application is mounted.
        client: The address and port of the client.
        grace: How long the application may run after a disconnect, in seconds.
    """

    def __init__(
        self,
        app: ASGIApplication,
        *,
        state: Mapping[str, object] | None = None,
        raise_app_exceptions: bool = True,
        root_path: str = "",
        client: tuple[str, int] = ("testclient", 50000),
        grace: float = 5.0,
    ) -> None:
        self._app = app
        self._state = state or {}
        self._raises = raise_app_exceptions
        self._root_path = root_path
        self._client = client
        self._grace = grace
        self._exchanges: list[Exchange] = []

    async def handle_async_request(self, request: "Request") -> "Response":
        """Send a request, and return its response when it starts.

        Raises:
            Exception: The application raised it.
            IncompleteResponseError: The application ended without a response.
            httpx.ReadTimeout: The response did not start in the time the request allows.
            httpx.UnsupportedProtocol: The scheme of the URL is not http or https.
        """
        exchange = Exchange(
            self._app, self._scope(request), request, raises=self._raises, grace=self._grace
        )
        self._exchanges = [each for each in self._exchanges if each.is_running]
        self._exchanges.append(exchange)
        try:
            return await self._respond(exchange)
        except BaseException:
            exchange.disconnect()
            raise

    async def aclose(self) -> None:
        """Disconnect from every response that was not read to its end.

        Raises:
            UnfinishedRequestError: The application continues although its client disconnected.
            ExceptionGroup: Several requests failed.
        """
        failures: list[Exception] = []
        while self._exchanges:
            try:
                await self._exchanges.pop().leave()
            except Exception as failure:  # noqa: BLE001  # the other requests have to be left, too
                failures.append(failure)
        if len(failures) > 1:
            raise ExceptionGroup("requests failed after their clients disconnected", failures)
        if failures:
            raise failures[0]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.aclose()

    async def _respond(self, exchange: Exchange) -> "Response":
        make = exchange.library.Response
        try:
            start = await exchange.next("a response")
        except IncompleteResponseError:
            if self._raises:
                raise
            return make(500, text="Internal Server Error")  # type: ignore[no-any-return]
        # Response accepts only an AsyncByteStream of its own library.
        stream = type("ResponseStream", (_Body, exchange.library.AsyncByteStream), {})
        body = stream(exchange, raises=self._raises)
        return make(start["status"], headers=start.get("headers", ()), stream=body)  # type: ignore[no-any-return]

    def _scope(self, request: "Request") -> dict[str, object]:
        url = request.url
        return {
            "type": "http",
            "asgi": dict(_ASGI),
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "root_path": self._root_path,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": self._client,
            "server": (url.host, url.port),
            "state": dict(self._state),
        }


class _Body:
    """The body of a response; closing it before its end is a disconnect."""

    def __init__(self, exchange: Exchange, *, raises: bool) -> None:
        self._exchange = exchange
        self._raises = raises

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._parts():
                yield part
        except IncompleteResponseError as error:
            if self._raises:
                raise
            raise self._exchange.library.RemoteProtocolError(str(error)) from error
        await self._exchange.finish()

    async def _parts(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._exchange.next("the rest of its response")
            more = message.get("more_body", False)
            if self._exchange.has_body and (part := message.get("body")):
                yield part

    async def aclose(self) -> None:
        await self._exchange.leave()
