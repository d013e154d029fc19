"""`LimitsProvider`: the store that counts the limits of an application."""

from collections.abc import Awaitable, Callable
from typing import override

from anyio import sleep

from ftf.container import Container, ServiceProvider

from ._limiter import LimiterOptions
from ._outage import GuardedStore
from ._setup import serve_limits
from .stores._store import LimitStore


class LimitsProvider(ServiceProvider):
    """Counts the limits of an application in a store; without it, they are in memory.

    Args:
        store: `MemoryLimits`, `RedisLimits`, `PostgresLimits`, or another `LimitStore`.
        timeout: Seconds that one call of a store outside of this process may take; then, and after
            an error, `on_outage` of each limit answers.
        pause: Seconds after a failure until the store is asked again.
        legacy_headers: Whether responses have `X-RateLimit-Limit`, `-Remaining` and `-Reset` too.
        max_waiters: How many calls wait at the same time because of `then="slow"`; more are
            refused.
        wait: Waits for a number of seconds, for `then="slow"`; a test may pass what does not wait.
    """

    def __init__(
        self,
        store: LimitStore,
        *,
        timeout: float = 0.09,
        pause: float = 3.0,
        legacy_headers: bool = False,
        max_waiters: int = 1_000,
        wait: Callable[[float], Awaitable[None]] = sleep,
    ) -> None:
        guarded = GuardedStore(store, timeout=timeout, pause=pause)
        self._store: LimitStore = guarded if store.failures else store
        self._options = LimiterOptions(legacy_headers, max_waiters, wait)

    @override
    def register(self, container: Container) -> None:
        """Register the store."""
        serve_limits(container, self._store, self._options)
