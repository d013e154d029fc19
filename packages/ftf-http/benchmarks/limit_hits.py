"""Hits of limits, and how long they take, for the measurements of limits."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from statistics import median

from ftf.http.limits import (
    Limit,
    LimitStore,
    Take,
)

LIMIT = replace(Limit.per_hour(100_000_000), name="api")
EXACT = replace(Limit.per_minute(100, exact=True), name="exact")
ROUNDS = 9

type Hit = Callable[[str], Awaitable[object]]


def addresses(number: int) -> list[str]:
    """Return different addresses of clients."""
    return [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(number)]


async def measured(
    calls: Mapping[str, Hit],
    keys: list[str],
    number: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, float]:
    """Return the median microseconds of each call, which take turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(ROUNDS):
        for name, call in calls.items():
            began = clock()
            for each in range(number):
                # A stride that is no divisor, so that keys come in no order that caches like.
                await call(keys[(each * 7_919 + turn) % len(keys)])
            times[name].append((clock() - began) / number * 1e6)
    return {name: median(taken) for name, taken in times.items()}


def taking(store: LimitStore, limit: Limit = LIMIT) -> Hit:
    """Return a call that takes from a limit."""

    async def take(key: str) -> object:
        return await store.take((Take(limit, key),))

    return take
