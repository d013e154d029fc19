"""The numbers under which scopes keep their instances."""

from collections.abc import Iterable, Mapping
from threading import RLock

from ._state import MISSING, ScopeState


class Slots:
    """Numbers the keys of scoped services. Hashing a key such as `Annotated[T, "x"]` takes longer.

    Args:
        lock: What is taken to add a number.
    """

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._numbers: dict[object, int] = {}

    def number(self, key: object) -> int:
        """Return the number of a key, a new one at first."""
        with self._lock:
            return self._numbers.setdefault(key, len(self._numbers))

    def places(self, slots: Iterable[object]) -> set[object]:
        """Return under what scopes keep the instances of slots: overridden ones have no number."""
        return {self._numbers.get(slot, slot) for slot in slots}

    def put(self, scope: ScopeState, instances: Mapping[object, object]) -> None:
        """Store ready instances in a scope."""
        for key, instance in instances.items():
            scope._instances[self.number(key)] = instance

    def instances_of(self, scope: ScopeState) -> dict[object, object]:
        """Return the instances of a scope by key, without those made under an override."""
        instances = scope._instances
        pairs = ((key, instances.get(number, MISSING)) for key, number in [*self._numbers.items()])
        return {key: instance for key, instance in pairs if instance is not MISSING}
