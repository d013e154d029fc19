"""Subscribers: classes with a method for each of several events."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, Self, Unpack

from ._listener import Listener

if TYPE_CHECKING:
    from ._queued import QueueOptions


class Subscription[S]:
    """Registers methods of one subscriber.

    Args:
        subscriber: The class, which the container builds for each event.
        add: What registers a listener.
        queue: What registers a listener that a job calls.
    """

    def __init__(
        self,
        subscriber: type[S],
        add: Callable[[Listener], None],
        queue: "Callable[[Listener, QueueOptions], None]",
    ) -> None:
        self._subscriber = subscriber
        self._add = add
        self._queue = queue

    def listen[E](
        self, event: type[E], method: Callable[[S, E], object], *, after_commit: bool = False
    ) -> None:
        """Call a method with the events of a type; see `Listeners.listen`.

        Args:
            event: The class of the events.
            method: A method of the subscriber, such as `cls.on_order_placed`.
            after_commit: Whether to call it after the outermost commit, in a scope of its own.

        Raises:
            InvalidRegistrationError: It cannot be called with an event, or is registered already.
        """
        self._add(self._listener(event, method, after_commit=after_commit))

    def queue[E](
        self, event: type[E], method: Callable[[S, E], object], **options: "Unpack[QueueOptions]"
    ) -> None:
        """Enqueue a job for each event of a type, which calls a method; see `Listeners.queue`.

        Args:
            event: The class of the events.
            method: A method of the subscriber, such as `cls.on_order_placed`.
            options: Those of a class of jobs.

        Raises:
            InvalidRegistrationError: It cannot be called with an event, or is registered already.
            UnwritableType: A field of the event cannot be written as JSON.
        """
        self._queue(self._listener(event, method, after_commit=False), options)

    def _listener[E](
        self, event: type[E], method: Callable[[S, E], object], *, after_commit: bool
    ) -> Listener:
        name = method.__name__
        return Listener.of(event, self._subscriber, name, after_commit=after_commit)


class Subscriber(Protocol):
    """A class with methods for several events."""

    @classmethod
    def listeners(cls, on: Subscription[Self], /) -> None:
        """Register the methods: `on.listen(OrderPlaced, cls.on_order_placed)`.

        A subscriber annotates `on` with `Subscription[Self]`.
        """
