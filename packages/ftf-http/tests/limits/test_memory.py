"""What is special about counting in memory: it is bounded."""

import logging
from dataclasses import replace

import pytest

from ftf.http.limits import Limit, MemoryLimits, Take

LIMIT = replace(Limit.per_minute(2), name="api")


async def take(store: MemoryLimits, key: str, limit: Limit = LIMIT) -> bool:
    (outcome,) = await store.take([Take(limit, key)])
    return outcome.allowed


async def test_edge_s79_keys_that_are_whole_again_are_dropped(clock):
    store = MemoryLimits(clock=clock)
    for number in range(100):
        await take(store, f"early {number}")
    clock.advance(61)
    await take(store, "late")
    clock.advance(61)
    assert len(store) == 101
    for number in range(60):
        await take(store, f"new {number}")
    assert len(store) == 61


async def test_edge_s79_a_key_that_is_used_again_is_kept(clock):
    store = MemoryLimits(clock=clock)
    for _ in range(5):
        assert await take(store, "a")
        assert await take(store, "a")
        clock.advance(29)
        assert not await take(store, "a")
        clock.advance(31)


async def test_edge_s79_more_keys_than_are_held_replace_those_that_are_not_refused(clock):
    store = MemoryLimits(max_keys=10, clock=clock)
    refused = [f"refused {number}" for number in range(4)]
    for key in refused * 2:
        assert await take(store, key)
    for number in range(500):
        assert await take(store, f"other {number}")
    assert len(store) == 10
    assert not any([await take(store, key) for key in refused])


async def test_edge_s79_where_every_key_is_refused_new_ones_share_a_quota(clock):
    store = MemoryLimits(max_keys=10, clock=clock)
    for key in range(10):
        for _ in range(2):
            assert await take(store, str(key))
    assert [await take(store, f"new {number}") for number in range(4)] == [True, True, False, False]
    assert len(store) <= 11
    assert not any([await take(store, str(key)) for key in range(10)])


async def test_edge_s79_a_table_of_few_refused_keys_has_no_room(clock):
    store = MemoryLimits(max_keys=2, clock=clock)
    for key in "aabb":
        assert await take(store, key)
    assert await take(store, "c")
    assert not any([await take(store, key) for key in "ab"])


async def test_edge_s79_a_new_key_takes_the_place_of_one_that_is_dropped_already(clock):
    store = MemoryLimits(max_keys=10, clock=clock)
    for number in range(10):
        await take(store, f"early {number}")
    clock.advance(61)
    await take(store, "early 0")
    clock.advance(61)
    await take(store, "late")
    for number in range(40):
        await take(store, f"new {number}")
        assert len(store) <= 10


async def test_edge_s79_an_exact_key_that_is_refused_is_not_replaced(clock):
    limit = replace(Limit.per_minute(1, exact=True), name="exact")
    store = MemoryLimits(max_keys=2, clock=clock)
    assert await take(store, "a", limit)
    for number in range(20):
        await take(store, f"other {number}", limit)
    assert not await take(store, "a", limit)


async def test_what_is_given_back_after_its_key_was_dropped_changes_nothing(clock):
    store = MemoryLimits(clock=clock)
    (outcome,) = await store.take([Take(LIMIT, "a")])
    clock.advance(61)
    await take(store, "b")
    await store.give_back([(Take(LIMIT, "a"), outcome)])
    clock.advance(61)
    await take(store, "b")
    await store.give_back([(Take(LIMIT, "a"), outcome)])
    assert [await take(store, "a") for _ in range(3)] == [True, True, False]


async def test_two_applications_that_share_a_store_may_have_limits_of_one_name(clock):
    store = MemoryLimits(clock=clock)
    exact = replace(Limit.per_minute(1, exact=True), name="api")
    assert await take(store, "a")
    assert await take(store, "a", replace(Limit.per_minute(1), name="api")) is False
    assert await take(store, "a", exact)
    assert not await take(store, "a", exact)


async def test_several_workers_are_warned_of(monkeypatch, caplog):
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    with caplog.at_level(logging.WARNING, "ftf.http"):
        await MemoryLimits().open()
    (message,) = caplog.messages
    assert message == (
        "Limits are counted in the memory of each process, and there are 4: clients get that many "
        "times each quota. Use RedisLimits or PostgresLimits."
    )


@pytest.mark.parametrize("workers", ["1", "", "many"])
async def test_one_worker_is_not_warned_of(monkeypatch, caplog, workers):
    monkeypatch.setenv("WEB_CONCURRENCY", workers)
    await MemoryLimits().open()
    assert caplog.messages == []
