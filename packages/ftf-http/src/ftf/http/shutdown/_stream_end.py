"""The end of event streams that `Draining` has cancelled."""

from asyncio import CancelledError

from starlette.types import ASGIApp, Receive, Scope, Send

from .._event_loop import asyncio_task
from ._draining import Draining, Stream


class StreamEndMiddleware:
    """Sends the end of cancelled event streams, and ends the cancellation for the layers outside.

    On trio, the cancel scope of `OutermostMiddleware` does that.

    Args:
        app: The ASGI application to wrap.
        draining: Cancels the event streams.
    """

    def __init__(self, app: ASGIApp, draining: Draining) -> None:
        self.app = app
        self.draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        try:
            await self.app(scope, receive, send)
        except CancelledError:
            ended = self._released()
            if ended is None:
                raise
            if not ended.complete:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            if self.draining.streams:
                self._released()

    def _released(self) -> Stream | None:
        task = asyncio_task()
        return None if task is None else self.draining.release(task)
