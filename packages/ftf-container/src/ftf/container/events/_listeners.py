"""`Listeners`: what a container calls with which events."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Concatenate, Self, Unpack

from .._container import Container
from .._dependency_path import Step, name_of
from ..exceptions import InvalidRegistrationError
from ..scopes._scope import Scope
from ._events import Events
from ._heard import HeardByType
from ._listener import USUAL_METHOD, Handles, Listener
from ._subscription import Subscriber, Subscription

if TYPE_CHECKING:
    from ._queued import QueueOptions


class Listeners:
    """The listeners of the events of one container, filled while service providers register.

    Args:
        container: What builds listeners, and the services that they ask for.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self._all: list[Listener] = []
        self._heard = HeardByType(self._all)

    @classmethod
    def of(cls, container: Container) -> Self:
        """Return the listeners of a container; register them, and `Events`, at first."""
        if cls not in container:
            listeners = cls(container)
            container.instance(cls, listeners)
            container.register(Events, listeners.events, scope="scoped")
        return container.resolve(cls)

    def listen[E](
        self,
        event: type[E],
        *listeners: type[Handles[E]] | Callable[Concatenate[E, ...], object],
        after_commit: bool = False,
    ) -> None:
        """Call listeners with each event of a type, after those that were registered before.

        Args:
            event: The class of the events; those of its subclasses are meant as well.
            listeners: Classes with a method `handle(event)`, which the container builds for each
                event; or functions, whose first parameter takes the event and whose others are
                services.
            after_commit: Whether to call them after the outermost commit, each in a scope of its
                own, where they cannot fail the work. By default they are called while the event is
                dispatched, in its scope and transaction.

        Raises:
            InvalidRegistrationError: One cannot be called with an event, or is registered already.
        """
        for target in listeners:
            self._add(Listener.of(event, target, USUAL_METHOD, after_commit=after_commit))

    def queue[E](
        self,
        event: type[E],
        *listeners: type[Handles[E]] | Callable[Concatenate[E, ...], object],
        **options: "Unpack[QueueOptions]",
    ) -> None:
        """Enqueue a job for each event of a type, which calls a listener later.

        The job is enqueued while the event is dispatched, so it exists once the work is committed,
        and is run like other jobs: in a scope of its own, again if it fails, by any worker.

        Args:
            event: The class of the events, a dataclass whose fields can be written as JSON; events
                of its subclasses are refused.
            listeners: Classes with a method `handle(event)`, or functions; see `listen`.
            options: `queue`, `attempts`, `backoff`, `timeout` and `retry_on` as of a class of jobs,
                and the `name` of the stored jobs: that of the listener and of the event by default.

        Raises:
            InvalidRegistrationError: One cannot be called with an event, or is registered already.
            UnwritableType: A field of the event cannot be written as JSON.
        """
        for target in listeners:
            self._queue(Listener.of(event, target, USUAL_METHOD, after_commit=False), options)

    def subscribe(self, *subscribers: type[Subscriber]) -> None:
        """Register the methods of subscribers, which the container builds for each event.

        Raises:
            InvalidRegistrationError: One cannot be called with an event, or is registered already.
        """
        for subscriber in subscribers:
            subscriber.listeners(Subscription(subscriber, self._add, self._queue))

    def hears(self, event: type, target: object) -> bool:
        """Return whether a class or function is called with the events of a type."""
        return any(each.target == target and issubclass(event, each.event) for each in self._all)

    def _add(self, listener: Listener, changed: Callable[[], Listener] | None = None) -> None:
        for each in self._all:
            known = each.event, each.target, each.name
            if known == (listener.event, listener.target, listener.name):
                event = name_of(listener.event)
                places = f"at {each.location} and at {listener.location}"
                problem = f"{listener} is registered twice for {event}, {places}."
                remedy = "Leave one out: it would be called twice for each event."
                raise InvalidRegistrationError((Step(listener.target),), problem, remedy)
        label = f"listener of {name_of(listener.event)}"
        given = () if listener.is_class else (listener.name,)
        self._container.declare(listener.target, *given, label=label)
        self._all.append(changed() if changed else listener)
        self._heard.clear()

    def _queue(self, listener: Listener, options: "QueueOptions") -> None:
        from ._queued import queued

        self._add(listener, partial(queued, self._container, listener, options))

    def events(self, scope: Scope) -> Events:
        """Return what dispatches the events of a scope to these listeners."""
        return Events(scope, self._container, self._heard)
