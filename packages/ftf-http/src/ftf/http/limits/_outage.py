"""`GuardedStore`: what limits do while their store is out of order."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from .._event_loop import time_limit
from ._outcome import Outcome, Take
from .exceptions import LimitsUnavailable
from .stores._clock import NanosecondClock, Reclocked
from .stores._memory import MemoryLimits
from .stores._store import LimitStore

_logger = logging.getLogger("ftf.http")


class GuardedStore:
    """Asks a store, for a short time at most; what fails is answered by `on_outage` of each limit.

    After a failure the store is left alone for a pause, and then asked by one call.

    Args:
        store: The store.
        timeout: Seconds that one call may take; with what it takes to see that they are over, the
            default adds less than a tenth of a second.
        pause: Seconds until the store is asked again.
        clock: Returns the time in seconds.
    """

    failures: tuple[type[Exception], ...] = ()

    def __init__(
        self,
        store: LimitStore,
        *,
        timeout: float = 0.09,
        pause: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self._local = MemoryLimits()
        self._timeout = timeout
        self._pause = pause
        self._clock = clock
        self._asked_again_at: float | None = None
        self._caught: tuple[type[Exception], ...] = (
            OSError,
            *store.failures,
        )  # TimeoutError is an OSError

    async def open(self) -> None:
        """Make what the store needs; a failure is logged, and tried again with the first call."""
        try:
            await self.store.open()
        except self._caught as error:
            self._failed(error)

    async def close(self) -> None:
        """Close the store."""
        await self.store.close()

    async def take(self, takes: Sequence[Take]) -> Sequence[Outcome]:
        """Take all, or nothing if one of them is refused. Return an answer for each.

        Raises:
            LimitsUnavailable: The store is out of order, and a limit has `on_outage="deny"`.
        """
        if self._may_ask():
            try:
                async with time_limit(self._timeout):
                    outcomes = await self.store.take(takes)
            except self._caught as error:
                self._failed(error)
            else:
                self._recovered()
                return outcomes
        return await self._answer(takes)

    async def give_back(self, taken: Sequence[tuple[Take, Outcome]]) -> None:
        """Return what was taken to the store it was taken from; a failure only delays."""
        local = [pair for pair in taken if pair[1].degraded and pair[0].limit.on_outage == "local"]
        await self._local.give_back(local)
        stored = [pair for pair in taken if not pair[1].degraded]
        if stored and self._may_ask():
            try:
                async with time_limit(self._timeout):
                    await self.store.give_back(stored)
            except self._caught as error:
                self._failed(error)

    @contextmanager
    def counting_by(self, clock: NanosecondClock) -> Iterator[None]:
        """Count by another clock, and anew, until the context ends."""
        with ExitStack() as stack:
            for store in (self._local, self.store):
                if isinstance(store, Reclocked):
                    stack.enter_context(store.counting_by(clock))
            yield

    async def _answer(self, takes: Sequence[Take]) -> Sequence[Outcome]:
        """Answer without the store."""
        denied = [take.limit.name for take in takes if take.limit.on_outage == "deny"]
        if denied:
            raise LimitsUnavailable(denied, max(1, round(self._pause)))
        local = [take for take in takes if take.limit.on_outage == "local"]
        answers = iter(await self._local.take(local))
        return [
            next(answers)._replace(degraded=True)
            if take.limit.on_outage == "local"
            else Outcome(allowed=True, remaining=take.limit.most, reset=0, degraded=True)
            for take in takes
        ]

    def _may_ask(self) -> bool:
        if self._asked_again_at is None:
            return True
        now = self._clock()
        if now < self._asked_again_at:
            return False
        self._asked_again_at = now + self._pause  # one call asks, and the others do not wait for it
        return True

    def _failed(self, error: Exception) -> None:
        if self._asked_again_at is None:
            name, reason = type(self.store).__name__, f"{type(error).__name__}: {error}"
            _logger.error("%s is out of order (%s): limits use on_outage", name, reason)
        self._asked_again_at = self._clock() + self._pause

    def _recovered(self) -> None:
        if self._asked_again_at is not None:
            _logger.warning("%s is back: limits are counted there", type(self.store).__name__)
            self._asked_again_at = None
