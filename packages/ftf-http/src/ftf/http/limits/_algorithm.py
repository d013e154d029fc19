"""How a limit counts: one number for each key, or the time of each use."""

from collections.abc import Sequence
from typing import Final, Protocol

from ._limit import Limit
from ._outcome import Outcome


class Algorithm[S](Protocol):
    """Counts the uses of one key; times are in microseconds, by any clock that goes on.

    Attributes:
        lifetime: After this time without a use, a key is as good as new.
    """

    lifetime: int

    def take(self, state: S | None, cost: int, now: int) -> tuple[Outcome, S]:
        """Return the answer and the state that an allowed take leaves."""
        ...

    def give_back(self, state: S, cost: int, at: int) -> S:
        """Return the state without what was taken at a time."""
        ...

    def refuses(self, state: S, now: int) -> bool:
        """Return whether a key is refused now."""
        ...


class Gcra:
    """The generic cell rate algorithm: the state is the time at which the quota is whole again.

    Args:
        limit: The limit.
    """

    __slots__ = ("interval", "lifetime", "tolerance")

    def __init__(self, limit: Limit) -> None:
        self.interval: Final = limit.interval
        self.tolerance: Final = limit.tolerance
        self.lifetime: int = limit.tolerance

    def take(self, state: int | None, cost: int, now: int) -> tuple[Outcome, int]:
        """Return the answer and the state that an allowed take leaves."""
        tolerance, interval = self.tolerance, self.interval
        owed = 0 if state is None else state - now
        if owed < 0 or owed > 2 * tolerance:
            owed = 0  # whole again, or written before the clock was set back
        elif owed > tolerance:
            owed = tolerance  # written by a clock that is ahead, or under another quota
        after = owed + interval * cost
        if after <= tolerance:
            left = (tolerance - after) // interval
            return Outcome(True, left, after, 0, now), now + after  # noqa: FBT003  # a tuple
        left = (tolerance - owed) // interval
        return Outcome(False, left, owed, after - tolerance, now), now + owed  # noqa: FBT003

    def give_back(self, state: int, cost: int, at: int) -> int:  # noqa: ARG002  # of the protocol
        """Return the state without what was taken; one in the past is a whole quota."""
        return state - self.interval * cost

    def refuses(self, state: int, now: int) -> bool:
        """Return whether a key is refused now."""
        return self.tolerance - self.interval < state - now <= 2 * self.tolerance


class Exact:
    """A log: the state is the times of the uses in the last period.

    Args:
        limit: The limit.
    """

    __slots__ = ("lifetime", "quota")

    def __init__(self, limit: Limit) -> None:
        self.quota: Final = limit.quota
        self.lifetime: int = limit.microseconds

    def take(
        self, state: Sequence[int] | None, cost: int, now: int
    ) -> tuple[Outcome, Sequence[int]]:
        """Return the answer and the state that an allowed take leaves."""
        times = [at for at in state or () if -self.lifetime < at - now <= self.lifetime]
        left = self.quota - len(times) - cost
        if left >= 0:
            times += [now] * cost
            return Outcome(True, left, self.lifetime, 0, now), times  # noqa: FBT003  # a tuple
        reset = times[-1] + self.lifetime - now
        retry = times[min(-left, len(times)) - 1] + self.lifetime - now
        return Outcome(False, left + cost, reset, retry, now), times  # noqa: FBT003

    def give_back(self, state: Sequence[int], cost: int, at: int) -> Sequence[int]:
        """Return the state without the times of one take."""
        times = [*state]
        for _ in range(min(cost, times.count(at))):
            times.remove(at)
        return times

    def refuses(self, state: Sequence[int], now: int) -> bool:
        """Return whether a key is refused now."""
        return sum(at > now - self.lifetime for at in state) >= self.quota
