"""What happens between the signal to stop and the end of an application."""

import signal
from asyncio import AbstractEventLoop, Event, Task, get_running_loop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

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

    def ended(self, task: "Task[object]") -> bool:
        """Tell whether a task was cancelled to end its event stream, and by nobody else."""
        return self.begun and task in self.streams and task.uncancel() == 0

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
            if self.begun:  # somebody is impatient, or the loop is stuck
                loop.call_soon_threadsafe(self.end_streams)
                theirs(number, frame)
                return
            self.begin()
            loop.call_soon_threadsafe(loop.call_later, self.delay, stop, number, frame)

        return begin
