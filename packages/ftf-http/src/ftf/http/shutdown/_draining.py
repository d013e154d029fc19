"""What happens between the signal to stop and the end of an application."""

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
    """Whether an event stream was told to end, and whether its last byte is out."""

    told: bool = False
    complete: bool = False


class Draining:
    """Knows whether the application is about to stop, and ends its event streams when it is.

    A service or handler that has it injected can `wait` for that, to end what no client would.

    Args:
        delay: Seconds that the server goes on as before after `/ready` has started to fail, for a
            load balancer to notice.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.streams: dict[Cancellable, Stream] = {}
        self.starts = 0  # how often the application has started and not stopped yet
        self._begun = False
        self._over = Event()
        self._timer: Timed | None = None
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
        """Leave the signal to the application that this one is mounted in; share its streams."""
        self._leads = False
        self.streams = leader.streams
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
        if self._timer is not None:
            self._timer.cancel()
        for task in tuple(self.streams):
            self._end(task)
        for follower in self._followers:
            follower.end_streams()

    def watch(self, task: Cancellable) -> None:
        """End the event stream of a task when the application stops, at once if it does already."""
        self.streams[task] = Stream()
        if self._over.is_set():
            self._end(task)

    def complete(self, task: Cancellable) -> None:
        """Let a stream be whose last byte is out."""
        if task in self.streams:
            self.streams[task].complete = True

    def release(self, task: Cancellable) -> Stream | None:
        """Stop to watch a task; its stream comes back if that alone was why it was cancelled."""
        stream = self.streams.pop(task, None)
        return stream if stream and stream.told and task.uncancel() == 0 else None

    def _end(self, task: Cancellable) -> None:
        """Cancel a task once: what it does about it is its own."""
        stream = self.streams[task]
        if not (stream.told or stream.complete):
            stream.told = True
            task.cancel()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Begin when the server gets its signal to stop, which reaches it `delay` seconds later."""
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
        """Come before the server's handlers; where it has none, Python's own ends the process."""
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

        def begin(number: int, frame: FrameType | None) -> None:
            if self.begun:  # somebody is impatient, or the loop is stuck
                loop.call_soon_threadsafe(self.end_streams)
                theirs(number, frame)
                return
            self.begin()
            loop.call_soon_threadsafe(stop_later, number, frame)

        return begin
