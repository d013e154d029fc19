"""Subscribers: classes with a method for each of several events."""

from collections.abc import Callable
from typing import Protocol, Self

from ._listener import Listener


class Subscription[S]:
    """Registers methods of one subscriber.

    Args:
        subscriber: The class, which the container builds for each event.
        add: What registers a listener.
    """

    def __init__(self, subscriber: type[S], add: Callable[[Listener], None]) -> None:
        self._subscriber = subscriber
        self._add = add

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
        name = method.__name__
        self._add(Listener.of(event, self._subscriber, name, after_commit=after_commit))


class Subscriber(Protocol):
    """A class with methods for several events."""

    @classmethod
    def listeners(cls, on: Subscription[Self], /) -> None:
        """Register the methods: `on.listen(OrderPlaced, cls.on_order_placed)`.

        A subscriber annotates `on` with `Subscription[Self]`.
        """
