"""`Limiter`: takes the limits of a call, refuses it, slows it down, or gives back."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from anyio import sleep

from ._caller import Caller
from ._limit import seconds
from ._outcome import Outcome, Take
from ._policies import Policies
from .exceptions import LimitExceeded
from .stores._store import LimitStore

type Taken = tuple[Take, Outcome]

SLOW_SECONDS: Final = 2.0


@dataclass(frozen=True)
class LimiterOptions:
    """What a `LimitsProvider` decides for all limits of an application.

    Args:
        legacy_headers: Whether responses also have the fields `X-RateLimit-*`.
        max_waiters: How many calls wait at the same time because of `then="slow"`.
        wait: Waits for a number of seconds.
    """

    legacy_headers: bool = False
    max_waiters: int = 1_000
    wait: Callable[[float], Awaitable[None]] = sleep


class Limiter:
    """The limits of an application and the store that counts them.

    Args:
        policies: The limits.
        store: The store.
        options: The options that a `LimitsProvider` was given.
    """

    def __init__(
        self,
        policies: Policies,
        store: LimitStore,
        options: LimiterOptions | None = None,
    ) -> None:
        self.policies = policies
        self.options = options or LimiterOptions()
        self._store = store
        self._waiters = 0

    async def take(
        self, costs: Mapping[str, int], caller: Caller, asked: list[Taken]
    ) -> Sequence[Taken]:
        """Take all limits of some names, or none of them. Return what was taken.

        Args:
            costs: The cost, by the name of the limits.
            caller: Who calls.
            asked: What was asked and answered is added to it, also if a limit refuses.

        Raises:
            LimitExceeded: A limit refuses.
            LimitsUnavailable: A limit with `on_outage="deny"` cannot reach its store.
        """
        takes, slow = self.policies.takes(costs, caller)
        taken = await self._take(takes, asked) if takes else []
        if not slow:
            return taken
        late: list[Taken] = []
        for take in slow:  # each for itself: one that is used up refuses nothing
            (outcome,) = await self._store.take((take,))
            asked.append((take, outcome))
            (taken if outcome.allowed else late).append((take, outcome))
        if late:
            await self._slow_down(late, taken)
        return taken

    async def give_back(self, taken: Iterable[Taken], asked: list[Taken]) -> None:
        """Return to limits that count failures what a success has taken.

        Args:
            taken: What was taken.
            asked: Where the answers are replaced by what is left then.
        """
        failures = [pair for pair in taken if pair[0].limit.count == "failures"]
        if failures:
            await self._store.give_back(failures)
        for take, outcome in failures:
            left = outcome._replace(remaining=min(outcome.remaining + take.cost, take.limit.most))
            asked[asked.index((take, outcome))] = take, left

    async def _take(self, takes: Sequence[Take], asked: list[Taken]) -> list[Taken]:
        outcomes = await self._store.take(takes)
        pairs = [*zip(takes, outcomes, strict=True)]
        if all(outcome.allowed for outcome in outcomes):
            asked += pairs
            return pairs
        for take, outcome in pairs:  # nothing was taken of those that would have allowed it
            left = outcome.remaining + (take.cost if outcome.allowed else 0)
            asked.append((take, outcome._replace(remaining=left)))
        raise _exceeded([pair for pair in pairs if not pair[1].allowed])

    async def _slow_down(self, late: Sequence[Taken], taken: Sequence[Taken]) -> None:
        """Wait, so that who guesses passwords is slow and the owner of the account gets in."""
        if self._waiters >= self.options.max_waiters:
            await self._store.give_back(taken)
            raise _exceeded(late)
        self._waiters += 1
        try:
            await self.options.wait(SLOW_SECONDS)
        finally:
            self._waiters -= 1


def _exceeded(refused: Sequence[Taken]) -> LimitExceeded:
    retry = max(outcome.retry for _, outcome in refused)
    return LimitExceeded([take.limit.name for take, _ in refused], max(1, seconds(retry)))
