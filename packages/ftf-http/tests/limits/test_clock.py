"""The clock of limits, which tests replace."""

from dataclasses import replace

import pytest
from httpx import ASGITransport, AsyncClient

from ftf.container import Container
from ftf.http import FastTrackFramework
from ftf.http.limits import (
    GuardedStore,
    Limit,
    LimitClock,
    LimitsProvider,
    LimitStore,
    MemoryLimits,
    PostgresLimits,
    RedisLimits,
    Take,
    throttle,
)

LIMIT = replace(Limit.per_minute(1), name="api")
TAKE = Take(LIMIT, "a")


class Client:
    """A client of Redis that keeps what it was called with, and allows everything."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    async def evalsha(self, _: str, number: int, /, *values: str) -> bytes:
        key, now, *_ = values
        self.calls.append((key, now))
        return b"1 1 1 1 1" * number


async def takes(store: LimitStore) -> bool:
    (outcome,) = await store.take([TAKE])
    return outcome.allowed


@pytest.mark.parametrize("make", [MemoryLimits, lambda: GuardedStore(MemoryLimits())])
async def test_in_memory_counts_begin_anew_and_come_back(make, clock):
    store = make()
    assert [await takes(store) for _ in range(2)] == [True, False]
    with LimitClock(store).replaced(clock):
        assert [await takes(store) for _ in range(2)] == [True, False]
        clock.advance(60)
        assert await takes(store)
    assert not await takes(store)


async def test_in_redis_other_keys_are_counted_by_the_clock(clock):
    client = Client()
    store = RedisLimits(client)
    await takes(store)
    with LimitClock(store).replaced(clock):
        await takes(store)
    await takes(store)
    (before, none), (key, now), after = client.calls
    assert (before, none) == after
    assert not none
    assert now == str(clock.now // 1_000)
    assert key != before
    assert key.startswith("ftf:limits:")


async def test_postgresql_keeps_the_clock_of_its_server(clock):
    store = PostgresLimits("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    guarded = GuardedStore(store, pause=60)
    with LimitClock(store).replaced(clock), LimitClock(guarded).replaced(clock):
        assert [await takes(guarded) for _ in range(2)] == [True, False]
        clock.advance(60)
        assert await takes(guarded)  # counted in this process, as the server is not there


async def test_the_limits_of_an_application_have_a_clock(clock):
    app = FastTrackFramework(providers=[LimitsProvider(MemoryLimits())])
    app.add_limit("api", Limit.per_minute(1))

    @app.get("/")
    @throttle("api")
    async def show() -> None: ...

    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):

        async def status() -> int:
            return (await client.get("/")).status_code

        assert [await status(), await status()] == [200, 429]
        with app.container.resolve(LimitClock).replaced(clock):
            assert [await status(), await status()] == [200, 429]
            clock.advance(60)
            assert await status() == 200
    assert LimitClock not in Container()
