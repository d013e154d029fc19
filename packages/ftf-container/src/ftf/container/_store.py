"""Where instances live until they are closed."""

from threading import RLock

from ._binding import Binding, Kind
from ._single_flight import SingleFlight
from ._teardown import TeardownStack


class Store:
    """The instances of the container or of one scope.

    `lock` guards making one that needs no waiting, `flights` one that does.
    """

    __slots__ = ("flights", "instances", "lock", "teardowns")

    def __init__(self) -> None:
        self.instances: dict[object, object] = {}
        self.teardowns: TeardownStack = TeardownStack()
        self.lock: RLock = RLock()
        self.flights: SingleFlight = SingleFlight()

    def keep(self, binding: Binding, instance: object) -> None:
        """Remember an instance, and close it at the end unless its generator does."""
        if binding.kind in {Kind.CALL, Kind.COROUTINE}:
            self.teardowns.adopt(binding.key, instance)
        self.instances[binding.key] = instance
