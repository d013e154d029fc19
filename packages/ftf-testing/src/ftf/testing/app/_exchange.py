"""One request to an application in this process, and its response."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from ..queries._listener import begin_request
from ._asgi import ASGIApplication, Message
from ._request_body import RequestBody

if TYPE_CHECKING:
    from httpx import Request


class IncompleteResponseError(RuntimeError):
    """The application ended before its response was complete.

    Attributes:
        request: The request's method and path.
        missing: What the application should have sent.
    """

    def __init__(self, request: str, missing: str) -> None:
        super().__init__(request, missing)
        self.request = request
        self.missing = missing

    def __str__(self) -> str:
        return f"{self.request}: the application ended without {self.missing}."


class UnfinishedRequestError(RuntimeError):
    """The application continues although its client disconnected.

    Attributes:
        request: The request's method and path.
        seconds: How long the transport waited for its end.
    """

    def __init__(self, request: str, seconds: float) -> None:
        super().__init__(request, seconds)
        self.request = request
        self.seconds = seconds

    def __str__(self) -> str:
        return (
            f"{self.request} still ran {self.seconds:g} s after its client disconnected, and was "
            "cancelled. An endless response has to end when `receive` returns `http.disconnect`."
        )


class Exchange:
    """A request that a task of its own answers.

    Args:
        app: The application that answers.
        scope: The ASGI scope of the request.
        request: The request; its class decides which library (httpx or httpx2) is used.
        raises: Whether exceptions of the application are raised here.
        grace: How long the application may run after a disconnect, in seconds.
    """

    def __init__(
        self,
        app: ASGIApplication,
        scope: dict[str, object],
        request: "Request",
        *,
        raises: bool,
        grace: float,
    ) -> None:
        import asyncio

        self.label = f"{request.method} {request.url.path}"
        self.has_body = request.method != "HEAD"
        # httpx2 has the classes of httpx under another name, and a client accepts only its own.
        self.library: ModuleType = import_module(type(request).__module__.partition(".")[0])
        if request.url.scheme not in {"http", "https"}:
            raise self.library.UnsupportedProtocol(
                f"{request.url} is not HTTP: for websockets, use Starlette's TestClient or httpx-ws"
            )
        self._patience = request.extensions.get("timeout", {}).get("read")
        self._request_body = RequestBody(request)
        self._raises = raises
        self._grace = grace
        self._over = asyncio.Event()
        # One message: put() waits until the client has read it, as a server's flow control does.
        self._sent: asyncio.Queue[Message] = asyncio.Queue(1)
        self._failure: BaseException | None = None
        self._task = asyncio.create_task(self._answer(app, scope))

    @property
    def is_running(self) -> bool:
        """Whether the application still runs."""
        return not self._task.done()

    async def next(self, missing: str) -> Message:
        """Return the application's next message, when it is sent.

        Raises:
            Exception: The application raised it.
            IncompleteResponseError: The application ended without what is `missing`.
            httpx.ReadTimeout: The message took longer than the request allows.
        """
        import asyncio

        try:
            async with asyncio.timeout(self._patience):
                return await self._sent.get()
        except TimeoutError:
            problem = f"{self.label}: the application sent nothing for {self._patience:g} s"
            raise self.library.ReadTimeout(problem) from None
        except asyncio.QueueShutDown:
            cause = self._failure
            await self.finish()
            raise IncompleteResponseError(self.label, missing) from cause

    async def finish(self) -> None:
        """Wait for the application to end.

        Raises:
            Exception: The application raised it.
        """
        import asyncio

        self._end_request()
        await asyncio.wait([self._task])
        # wait() does not raise the exception of the task, nor cancel the task with its caller.
        failure, self._failure = self._failure, None
        if failure is not None and self._raises:
            raise failure

    def disconnect(self) -> None:
        """Send `http.disconnect` to the application, without waiting for its end."""
        self._end_request()
        # immediate: a send() that waits for the client raises QueueShutDown at once.
        self._sent.shutdown(immediate=True)

    async def leave(self) -> None:
        """Disconnect, and wait for the application to end.

        Raises:
            Exception: The application raised it meanwhile.
            UnfinishedRequestError: The application did not end in time, and was cancelled.
        """
        import asyncio

        self.disconnect()
        await asyncio.wait([self._task], timeout=self._grace)
        if self.is_running:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._failure = None
            raise UnfinishedRequestError(self.label, self._grace)
        await self.finish()

    def _end_request(self) -> None:
        self._over.set()
        self._request_body.cancel()

    async def _answer(self, app: ASGIApplication, scope: dict[str, object]) -> None:
        group = begin_request(self.label)  # the same query in two requests is not an N+1
        try:
            await app(scope, self._receive, self._send)
        except BaseException as failure:
            self._failure = failure
            # CancelledError and KeyboardInterrupt have to end the task.
            if not isinstance(failure, Exception):
                raise
        finally:
            group.endpoint = scope.get("endpoint")
            self._request_body.cancel()
            self._sent.shutdown()

    async def _receive(self) -> Message:
        if not self._over.is_set() and (part := await self._request_body.next()):
            return part
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        import asyncio

        try:
            await self._sent.put(message)
        except asyncio.QueueShutDown:
            # put() raises after a disconnect, where a server ignores the message. Without a pause,
            # an endless response would block the loop and never receive `http.disconnect`.
            await asyncio.sleep(0)
