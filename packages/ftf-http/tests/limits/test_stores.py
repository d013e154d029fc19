"""What every store does alike; the stores here have clocks that go on while a test runs."""

import asyncio
from dataclasses import replace

import pytest

from ftf.http.limits import Limit, Outcome, Take


def named(limit: Limit, name: str = "api") -> Limit:
    return replace(limit, name=name)


async def take_one(store, limit: Limit, key: str = "a", cost: int = 1) -> Outcome:
    (outcome,) = await store.take([Take(limit, key, cost)])
    return outcome


@pytest.mark.parametrize("exact", [False, True])
async def test_a_quota_is_used_up_and_says_when_to_retry(store, exact):
    limit = named(Limit.per_hour(3, exact=exact))
    outcomes = [await take_one(store, limit) for _ in range(4)]
    assert [outcome.allowed for outcome in outcomes] == [True, True, True, False]
    assert [outcome.remaining for outcome in outcomes] == [2, 1, 0, 0]
    shortest = 3_590_000_000 if exact else 1_190_000_000
    assert shortest < outcomes[3].retry <= (3_600_000_000 if exact else 1_200_000_000)
    assert 3_590_000_000 < outcomes[3].reset <= 3_600_000_000


@pytest.mark.parametrize("exact", [False, True])
async def test_a_cost_is_taken_as_a_whole_or_not_at_all(store, exact):
    limit = named(Limit.per_hour(5, exact=exact))
    first = await take_one(store, limit, cost=3)
    second = await take_one(store, limit, cost=3)
    third = await take_one(store, limit, cost=2)
    assert [first.allowed, second.allowed, third.allowed] == [True, False, True]
    assert [first.remaining, second.remaining, third.remaining] == [2, 2, 0]
    assert second.retry > 0


async def test_a_burst_is_what_an_idle_key_may_use_at_once(store):
    limit = named(Limit.per_hour(100, burst=2))
    outcomes = [await take_one(store, limit) for _ in range(3)]
    assert [outcome.allowed for outcome in outcomes] == [True, True, False]
    assert outcomes[2].retry <= 36_000_000


@pytest.mark.parametrize("exact", [False, True])
async def test_edge_s72_a_hundred_hits_at_once_on_a_quota_of_ten_let_ten_through(store, exact):
    limit = named(Limit.per_hour(10, exact=exact))
    outcomes = await asyncio.gather(*(take_one(store, limit) for _ in range(100)))
    assert sum(outcome.allowed for outcome in outcomes) == 10


@pytest.mark.parametrize("exact", [False, True])
async def test_edge_s75_a_limit_that_refuses_leaves_the_others_unchanged(store, exact):
    wide, narrow = (named(Limit.per_hour(5, exact=exact)), named(Limit.per_day(1), "narrow"))
    both = [Take(wide, "a"), Take(narrow, "a")]
    assert [outcome.allowed for outcome in await store.take(both)] == [True, True]
    assert [outcome.allowed for outcome in await store.take(both)] == [True, False]
    assert (await take_one(store, wide)).remaining == 3


async def test_edge_s75_one_key_under_two_names_counts_apart(store):
    first, second = named(Limit.per_hour(1), "first"), named(Limit.per_hour(1), "second")
    assert (await take_one(store, first)).allowed
    assert (await take_one(store, second)).allowed
    assert not (await take_one(store, first)).allowed


async def test_edge_s75_another_quota_takes_the_old_state(store):
    wide, narrow = named(Limit.per_hour(60)), named(Limit.per_hour(2))
    await take_one(store, wide, cost=50)
    outcome = await take_one(store, narrow)
    assert not outcome.allowed
    assert 2_900_000_000 < outcome.reset <= 3_000_000_000
    assert (await take_one(store, wide)).remaining == 9
    assert (await take_one(store, named(Limit.per_second(2)))).remaining == 1


async def test_edge_s75_a_shorter_period_takes_the_old_state_as_used_up(store):
    await take_one(store, named(Limit.per_hour(60)), cost=50)
    outcome = await take_one(store, named(Limit(quota=2, period=2_000)))
    assert not outcome.allowed
    assert 1_990_000_000 < outcome.reset <= 2_000_000_000


@pytest.mark.parametrize("exact", [False, True])
async def test_what_is_given_back_can_be_taken_again(store, exact):
    limit = named(Limit.per_hour(3, exact=exact))
    first = await take_one(store, limit, cost=2)
    await take_one(store, limit)
    await store.give_back([(Take(limit, "a", 2), first)])
    outcomes = [await take_one(store, limit) for _ in range(3)]
    assert [outcome.allowed for outcome in outcomes] == [True, True, False]


@pytest.mark.parametrize("exact", [False, True])
async def test_edge_s74_giving_back_more_than_was_taken_adds_nothing_to_a_quota(store, exact):
    limit = named(Limit.per_hour(2, exact=exact))
    outcome = await take_one(store, limit)
    for _ in range(3):
        await store.give_back([(Take(limit, "a"), outcome)])
    outcomes = [await take_one(store, limit) for _ in range(3)]
    assert [outcome.allowed for outcome in outcomes] == [True, True, False]


async def test_keys_that_are_not_text_of_utf_8_are_counted(store):
    limit = named(Limit.per_hour(1))
    assert (await take_one(store, limit, "\ud800")).allowed
    assert not (await take_one(store, limit, "\ud800")).allowed
