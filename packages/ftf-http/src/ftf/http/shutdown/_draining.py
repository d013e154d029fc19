"""`Draining`: the time between the signal to stop and the end of an application."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import current_thread, main_thread
from types import FrameType

from anyio import Event

from .._event_loop import Cancellable, Loop, Timed, running_loop

type SignalHandler = Callable[[int, FrameType | None], object]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class Stream:
    """Whether an event stream was cancelled, and whether its last byte was sent."""

    cancelled: bool = False
    complete: bool = False


class Draining:
    """Makes `/ready` fail when the application is about to stop, then ends its event streams.

    A service or handler that has it injected can `wait` for the stop, to end work that goes on
    without a client.

    Args:
        delay: Seconds between the signal to stop, when `/ready` starts to fail, and the stop, for a
            load balancer to notice.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.streams: dict[Cancellable, Stream] = {}
        self.starts: int = 0  # lifespans that have started and not ended
        self._begun = False
        self._over = Event()
        self._timer: Timed | None = None
        self._leads = True
        self._followers: list[Draining] = []

    @property
    def begun(self) -> bool:
        """Whether the server has got the signal to stop, so that `/ready` fails."""
        return self._begun

    async def wait(self) -> None:
        """Wait until the server stops accepting connections, `delay` seconds after the signal."""
        await self._over.wait()

    def follow(self, leader: "Draining") -> None:
        """Leave the signal to the application that this one is mounted in; share its streams."""
        self._leads = False
        self.streams = leader.streams
        leader._followers.append(self)  # noqa: SLF001  # the same class

    def begin(self) -> None:
        """Make `/ready` fail, also in mounted applications."""
        self._begun = True
        for follower in self._followers:
            follower.begin()

    def end_streams(self) -> None:
        """Make `/ready` fail, wake the tasks in `wait`, and cancel the open event streams."""
        self.begin()
        self._over.set()
        if self._timer is not None:
            self._timer.cancel()
        for task in tuple(self.streams):
            self._end(task)
        for follower in self._followers:
            follower.end_streams()

    def watch(self, task: Cancellable) -> None:
        """Cancel the event stream of a task when the application stops, or now if it does."""
        self.streams[task] = Stream()
        if self._over.is_set():
            self._end(task)

    def complete(self, task: Cancellable) -> None:
        """Note that the last byte of a task's stream was sent: it is not cancelled any more."""
        if task in self.streams:
            self.streams[task].complete = True

    def release(self, task: Cancellable) -> Stream | None:
        """Stop watching a task. Return its stream if nothing else has cancelled the task."""
        stream = self.streams.pop(task, None)
        return stream if stream and stream.cancelled and task.uncancel() == 0 else None

    def _end(self, task: Cancellable) -> None:
        """Cancel the task of a stream, at most once."""
        stream = self.streams[task]
        if not (stream.cancelled or stream.complete):
            stream.cancelled = True
            task.cancel()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handle the signal to stop: begin, and call the server's handler `delay` seconds later."""
        self._begun, self._over, self._followers = False, Event(), []
        listens = self._leads and current_thread() is main_thread()
        replaced = self._replace_handlers() if listens else {}
        self.starts += 1
        try:
            yield
        finally:
            self.starts -= 1
            self.end_streams()
            self._leads = True
            for number, (ours, theirs) in replaced.items():
                if signal.getsignal(number) is ours:
                    signal.signal(number, theirs)

    def _replace_handlers(self) -> dict[int, tuple[SignalHandler, SignalHandler]]:
        """Put a handler before each of the server's. Return both, by signal number.

        Where the server has none, the default handlers of Python end the process as before.
        """
        loop = running_loop()
        replaced: dict[int, tuple[SignalHandler, SignalHandler]] = {}
        for number in _SIGNALS:
            theirs = signal.getsignal(number)
            if callable(theirs) and theirs is not signal.default_int_handler:
                ours = self._preceding(theirs, loop)
                signal.signal(number, ours)
                replaced[number] = (ours, theirs)
        return replaced

    def _preceding(self, theirs: SignalHandler, loop: Loop) -> SignalHandler:
        def stop(number: int, frame: FrameType | None) -> None:
            self.end_streams()
            theirs(number, frame)

        def stop_later(number: int, frame: FrameType | None) -> None:
            self._timer = loop.call_later(self.delay, stop, number, frame)

        # A signal may interrupt any line of Python: the loop does all but setting a flag.
        def begin(number: int, frame: FrameType | None) -> None:
            if self.begun:  # a second signal: do not wait, the loop may be blocked
                loop.call_soon_threadsafe(self.end_streams)
                theirs(number, frame)
                return
            self.begin()
            loop.call_soon_threadsafe(stop_later, number, frame)

        return begin
