"""Events and their listeners, which the container builds."""

from ._events import Events
from ._listener import Handles
from ._listeners import Listeners
from ._subscription import Subscriber, Subscription
from .exceptions import EventRecursionError
from .provider import EventsProvider

__all__ = [
    "EventRecursionError",
    "Events",
    "EventsProvider",
    "Handles",
    "Listeners",
    "Subscriber",
    "Subscription",
]
