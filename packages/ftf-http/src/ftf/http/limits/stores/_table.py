"""`Table`: the keys of one limit in memory, which is bounded."""

from .._algorithm import Algorithm
from .._limit import Limit
from .._outcome import Outcome

_SHARED = "\0shared"
_TRIES = 8
_FREED_AT_ONCE = 2


class Table[S]:
    """The states of the keys of one limit, in two generations.

    A key that was not used for a lifetime is as good as new. So a generation that was replaced a
    lifetime ago is dropped as a whole; its keys are freed one by one with later calls, because to
    free a million of them takes a tenth of a second.

    Args:
        limit: The limit.
        algorithm: How it counts.
        max_keys: How many keys are held. Where each of them has used a part of its quota, a new
            key replaces one that is not refused now; where none is found soon, new keys share one.
    """

    __slots__ = ("_algorithm", "_freed", "_max_keys", "_new", "_old", "_shared", "_turned", "limit")

    def __init__(self, limit: Limit, algorithm: Algorithm[S], max_keys: int) -> None:
        self.change(limit, algorithm)
        self._max_keys = max_keys
        self._new: dict[str, S] = {}
        self._old: dict[str, S] = {}
        self._freed: list[dict[str, S]] = []
        self._shared: S | None = None
        self._turned = 0

    def __len__(self) -> int:
        return len(self._new) + len(self._old) + sum(map(len, self._freed))

    def change(self, limit: Limit, algorithm: Algorithm[S]) -> None:
        """Count by another quota from now on."""
        self.limit = limit
        self._algorithm = algorithm

    def look(self, key: str, cost: int, now: int) -> tuple[str, Outcome, S]:
        """Return the key to count by, its answer, and the state to `write` if it is taken."""
        state = self._new.get(key)
        if state is None:
            state = self._old.get(key)
            if state is None and len(self) >= self._max_keys and not self._has_room(now):
                key, state = _SHARED, self._shared
        return key, *self._algorithm.take(state, cost, now)

    def take(self, key: str, cost: int, now: int) -> Outcome:
        """Take from a key's quota, if it is allowed. Return the answer."""
        counted, outcome, state = self.look(key, cost, now)
        if outcome.allowed:
            self.write(counted, state, now)
        return outcome

    def write(self, key: str, state: S, now: int) -> None:
        """Set the state of a key."""
        if key == _SHARED:
            self._shared = state
            return
        if now - self._turned >= self._algorithm.lifetime:
            self._freed.append(self._old)
            self._begin(now)
        if key not in self._new:
            self._old.pop(key, None)
            for _ in range(_FREED_AT_ONCE):
                self._free()
        self._new[key] = state

    def give_back(self, key: str, cost: int, at: int) -> None:
        """Remove what a key has taken at a time; what is dropped already is whole anyway."""
        for states in (self._new, self._old):
            if (state := states.get(key)) is not None:
                states[key] = self._algorithm.give_back(state, cost, at)
                return

    def _begin(self, now: int) -> None:
        self._old, self._new, self._turned = self._new, {}, now

    def _free(self) -> None:
        """Free a key of a dropped generation, if there is one."""
        while self._freed:
            if self._freed[-1]:
                self._freed[-1].popitem()
                return
            self._freed.pop()

    def _has_room(self, now: int) -> bool:
        """Return whether a new key can be held, after dropping one that is not refused now.

        There is room anyway while dropped generations are freed: a new key frees two.
        """
        refused: dict[str, S] = {}
        for _ in range(_TRIES):
            if not self._old:
                self._begin(now)  # nothing is dropped: these keys were used in this lifetime
            if not self._old:
                break
            key, state = self._old.popitem()
            if not self._algorithm.refuses(state, now):
                self._new |= refused
                return True
            refused[key] = state
        self._new |= refused
        return False
