"""The time limits of a request: until its response starts, and until its body has arrived."""

from collections.abc import Mapping
from math import inf

from anyio import CancelScope, current_time, fail_after
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..problems._refusal import refuse_early

_TOO_LATE, _TOO_SLOW = 503, 408
_RETRY = {"retry-after": "1"}


def check_times(times: Mapping[str, float | None]) -> None:
    """Check time limits, by the name of the option.

    Raises:
        ValueError: One is not above 0.
    """
    for name, seconds in times.items():
        if seconds is not None and not 0 < seconds < inf:
            raise ValueError(f"{name} must be a number of seconds above 0, not {seconds!r}.")


class DeadlineMiddleware:
    """Cancels requests whose response does not start in time, and bodies that do not arrive.

    It stands around the request scope, so that its services are closed and its units of work rolled
    back before the response is sent. A response that has started may take as long as it wants.

    Args:
        app: The ASGI application to wrap.
        application: The application whose handlers answer.
        request_timeout: Seconds until the response has to start.
        body_timeout: Seconds until the body has to be there, from the first time it is read.
    """

    def __init__(
        self,
        app: ASGIApp,
        application: object,
        request_timeout: float | None,
        body_timeout: float | None,
    ) -> None:
        self.app = app
        self.application = application
        self._seconds = inf if request_timeout is None else request_timeout
        self._body_seconds = body_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; websockets and the lifespan have no limits."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        if self._body_seconds is not None:
            receive = _Body(receive, self._body_seconds).receive

        async def send_in_time(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":  # no early hint
                started, deadline.deadline = True, inf
            await send(message)

        with CancelScope(deadline=current_time() + self._seconds) as deadline:
            await self.app(scope, receive, send_in_time)
        if deadline.cancelled_caught and not started:
            error = HTTPException(_TOO_LATE, "The request took too long.", _RETRY)
            await refuse_early(self.application, scope, receive, send, error)


class _Body:
    """The channel `receive` of a request, until its body has arrived."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._deadline: float | None = None
        self._arrived = False

    async def receive(self) -> Message:
        """Return the next message of the client.

        Raises:
            HTTPException: The body takes too long.
        """
        if self._arrived:
            return await self._receive()
        if self._deadline is None:
            self._deadline = current_time() + self._seconds
        try:
            with fail_after(max(0.0, self._deadline - current_time())):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(_TOO_SLOW, "The body arrived too slowly.") from None
        self._arrived = not message.get("more_body", False)
        return message
