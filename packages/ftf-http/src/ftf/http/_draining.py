"""What happens between the signal to stop and the end of an application."""

import signal
from asyncio import AbstractEventLoop, CancelledError, Event, Task, current_task, get_running_loop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

type SignalHandler = Callable[[int, FrameType | None], object]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Draining:
    """Knows whether the application is about to stop, and ends its event streams when it is.

    A service or handler that has it injected can `wait` for that, to end what no client would.

    Args:
        delay: Seconds that the server goes on as before after `/ready` has started to fail, for a
            load balancer to notice.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.streams: set[Task[object]] = set()
        self._begun = False
        self._over = Event()
        self._leads = True
        self._followers: list[Draining] = []

    @property
    def begun(self) -> bool:
        """Whether the server was told to stop, so that `/ready` fails."""
        return self._begun

    async def wait(self) -> None:
        """Wait until the server stops to take connections, `delay` seconds after it was told to."""
        await self._over.wait()

    def follow(self, leader: "Draining") -> None:
        """Leave the signal to the application that this one is mounted in."""
        self._leads = False
        leader._followers.append(self)  # noqa: SLF001  # one of its own kind

    def begin(self) -> None:
        """Let `/ready` fail."""
        self._begun = True
        for follower in self._followers:
            follower.begin()

    def end_streams(self) -> None:
        """Let `/ready` fail, wake whoever waits, and end the event streams that are open."""
        self.begin()
        self._over.set()
        for task in tuple(self.streams):
            task.cancel()
        for follower in self._followers:
            follower.end_streams()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Begin when the server gets its signal to stop, which reaches it `delay` seconds later."""
        self._begun, self._over, self._followers = False, Event(), []
        listens = self._leads and current_thread() is main_thread()
        replaced = self._replace_handlers() if listens else {}
        try:
            yield
        finally:
            self.end_streams()
            self._leads = True
            for number, (ours, theirs) in replaced.items():
                if signal.getsignal(number) is ours:
                    signal.signal(number, theirs)

    def _replace_handlers(self) -> dict[int, tuple[SignalHandler, SignalHandler]]:
        """Come before the server's handlers; where it has none, Python's own ends the process."""
        loop = get_running_loop()
        replaced: dict[int, tuple[SignalHandler, SignalHandler]] = {}
        for number in _SIGNALS:
            theirs = signal.getsignal(number)
            if callable(theirs) and theirs is not signal.default_int_handler:
                ours = self._preceding(theirs, loop)
                signal.signal(number, ours)
                replaced[number] = (ours, theirs)
        return replaced

    def _preceding(self, theirs: SignalHandler, loop: AbstractEventLoop) -> SignalHandler:
        def stop(number: int, frame: FrameType | None) -> None:
            self.end_streams()
            theirs(number, frame)

        def begin(number: int, frame: FrameType | None) -> None:
            delay = 0.0 if self.begun else self.delay
            self.begin()
            loop.call_soon_threadsafe(loop.call_later, delay, stop, number, frame)

        return begin


class DrainingMiddleware:
    """Ends event streams (`text/event-stream`) when the application stops; clients come back.

    Args:
        app: The ASGI application to wrap.
        draining: Knows when that is.
    """

    def __init__(self, app: ASGIApp, draining: Draining) -> None:
        self.app = app
        self.draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but HTTP passes untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        task = cast("Task[object]", current_task())
        streams = self.draining.streams

        async def watched_send(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_event_stream(message):
                streams.add(task)
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except CancelledError:
            if not (self.draining.begun and task in streams and task.uncancel() == 0):
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            streams.discard(task)


def _is_event_stream(message: Message) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in message["headers"]
    )
