"""`EventsProvider`, which registers `Events` and the listeners of a container."""

from .._container import Container
from .._provider import ServiceProvider
from ._listeners import Listeners


class EventsProvider(ServiceProvider):
    """Registers `Listeners` as a singleton, and `Events` for each scope."""

    priority = -50  # other providers register listeners

    def register(self, container: Container) -> None:
        """Register the listeners, and what dispatches events to them."""
        Listeners.of(container)
