from bisect import bisect_right
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftf.http.limits import Limit, MemoryLimits, Take

SECOND = 1_000_000_000
gaps = st.lists(st.integers(0, 3 * SECOND), min_size=1, max_size=120)


async def admitted(limit: Limit, waits: list[int], costs: list[int]) -> list[int]:
    """When each unit was admitted, in nanoseconds."""
    now = 0
    store = MemoryLimits(clock=lambda: now)
    times = []
    for wait, cost in zip(waits, costs, strict=False):
        now += wait
        (outcome,) = await store.take([Take(limit, "a", cost)])
        times += [now] * (cost if outcome.allowed else 0)
    return times


def most_in_a_period(times: list[int], period: int) -> int:
    ends = (bisect_right(times, start + period - 1) for start in times)
    return max((end - first for first, end in enumerate(ends)), default=0)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(quota=st.integers(1, 12), waits=gaps, costs=st.lists(st.integers(1, 3), min_size=120))
async def test_edge_s73_no_period_admits_more_than_twice_the_quota(quota, waits, costs):
    limit = replace(Limit(quota=quota, period=7), name="api")
    times = await admitted(limit, waits, [min(cost, quota) for cost in costs])
    assert most_in_a_period(times, 7 * SECOND) <= 2 * quota


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(quota=st.integers(1, 12), waits=gaps, costs=st.lists(st.integers(1, 3), min_size=120))
async def test_edge_s73_an_exact_limit_never_admits_more_than_its_quota(quota, waits, costs):
    limit = replace(Limit(quota=quota, period=7, exact=True), name="api")
    times = await admitted(limit, waits, [min(cost, quota) for cost in costs])
    assert most_in_a_period(times, 7 * SECOND) <= quota


@pytest.mark.parametrize("exact", [False, True])
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(quota=st.integers(1, 12), waits=gaps)
async def test_edge_s82_a_caller_that_waits_as_long_as_it_is_told_is_admitted(exact, quota, waits):
    limit = replace(Limit(quota=quota, period=7, exact=exact), name="api")
    now = 0
    store = MemoryLimits(clock=lambda: now)
    for wait in waits:
        now += wait
        (outcome,) = await store.take([Take(limit, "a")])
        if not outcome.allowed:
            now += (outcome.retry - 1) * 1_000
            (early,) = await store.take([Take(limit, "a")])
            now += 1_000
            (late,) = await store.take([Take(limit, "a")])
            assert (early.allowed, late.allowed) == (False, True)


@pytest.mark.parametrize("exact", [False, True])
async def test_a_quota_comes_back_with_time(exact, clock):
    limit = replace(Limit.per_minute(2, exact=exact), name="api")
    store, take = MemoryLimits(clock=clock), [Take(limit, "a")]
    for _ in range(2):
        await store.take(take)
    clock.advance(59)
    assert (await store.take(take))[0].allowed is not exact
    clock.advance(1)
    assert (await store.take(take))[0].allowed


@pytest.mark.parametrize("exact", [False, True])
async def test_edge_s78_a_clock_that_jumps_back_recovers_within_a_period(exact, clock):
    limit = replace(Limit.per_minute(2, exact=exact), name="api")
    store, take = MemoryLimits(clock=clock), [Take(limit, "a")]
    for _ in range(3):
        await store.take(take)
    clock.advance(-86_400)
    await store.take(take)
    clock.advance(60)
    assert (await store.take(take))[0].allowed
    clock.advance(86_400)
    assert (await store.take(take))[0].remaining == 1
