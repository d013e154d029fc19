import asyncio
import logging
from dataclasses import replace

import pytest

from ftf.http import FastTrackFramework
from ftf.http.limits import (
    GuardedStore,
    Limit,
    LimitsProvider,
    LimitsUnavailable,
    MemoryLimits,
    Outcome,
    Take,
)

LOCAL = replace(Limit.per_hour(2), name="local")
ALLOW = replace(Limit.per_hour(2, on_outage="allow"), name="allow")
DENY = replace(Limit.per_hour(2, on_outage="deny"), name="deny")
FAILURES = replace(Limit.per_hour(2, count="failures"), name="failures")


class RefusedError(Exception):
    """An error of a driver."""


class Server(MemoryLimits):
    """A store that may be out of order."""

    failures = (RefusedError,)

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.hangs = False
        self.calls = 0
        self.closed = False

    async def _answer(self) -> None:
        self.calls += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error

    async def open(self) -> None:
        await self._answer()

    async def close(self) -> None:
        self.closed = True

    async def take(self, takes):
        await self._answer()
        return await super().take(takes)

    async def give_back(self, taken):
        await self._answer()
        await super().give_back(taken)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def seconds(clock):
    return lambda: clock() / 1e9


@pytest.fixture
def guarded(server, seconds) -> GuardedStore:
    return GuardedStore(server, timeout=0.01, clock=seconds)


async def take(store, *limits: Limit) -> list[Outcome]:
    return [*await store.take([Take(limit, "a") for limit in limits])]


async def test_a_store_in_order_is_asked(guarded, server):
    await guarded.open()
    (outcome,) = await take(guarded, DENY)
    assert not outcome.degraded
    assert len(server) == 1
    await guarded.give_back([(Take(DENY, "a"), outcome)])
    await guarded.close()
    assert server.closed


@pytest.mark.parametrize("error", [RefusedError("no"), OSError("no")])
async def test_edge_s76_each_limit_answers_as_it_was_chosen(guarded, server, error):
    server.error = error
    assert [outcome.allowed for outcome in await take(guarded, ALLOW)] == [True]
    answers = [await take(guarded, LOCAL, ALLOW) for _ in range(3)]
    assert [[outcome.allowed for outcome in each] for each in answers] == [
        [True, True],
        [True, True],
        [False, True],
    ]
    with pytest.raises(LimitsUnavailable) as caught:
        await take(guarded, LOCAL, DENY)
    assert caught.value.policies == ("deny",)
    assert caught.value.retry_after == 3


async def test_edge_s76_a_store_that_hangs_is_left_alone_after_one_call(guarded, server):
    server.hangs = True
    for _ in range(5):
        await take(guarded, ALLOW)
    assert server.calls == 1


async def test_edge_s76_the_store_is_asked_again_by_one_call(guarded, server, clock):
    server.error = RefusedError("no")
    await take(guarded, ALLOW)
    clock.advance(2.9)
    await take(guarded, ALLOW)
    assert server.calls == 1
    clock.advance(0.2)
    await asyncio.gather(*(take(guarded, ALLOW) for _ in range(5)))
    assert server.calls == 2
    server.error = None
    clock.advance(3.1)
    assert [outcome.degraded for outcome in await take(guarded, ALLOW)] == [False]
    assert [outcome.degraded for outcome in await take(guarded, ALLOW)] == [False]


async def test_edge_s76_an_outage_is_logged_once_each_way(guarded, server, clock, caplog):
    server.error = RefusedError("no such server")
    with caplog.at_level(logging.WARNING, "ftf.http"):
        await guarded.open()
        for _ in range(3):
            await take(guarded, ALLOW)
            clock.advance(4)
        server.error = None
        await take(guarded, ALLOW)
        await take(guarded, ALLOW)
    assert caplog.messages == [
        "Server is out of order (RefusedError: no such server): limits use on_outage",
        "Server is back: limits are counted there",
    ]


async def test_a_fault_of_the_program_is_no_outage(guarded, server):
    server.error = TypeError("a fault")
    with pytest.raises(TypeError, match="a fault"):
        await take(guarded, ALLOW)


async def test_what_was_counted_here_is_given_back_here(guarded, server, clock):
    server.error = RefusedError("no")
    taken = [(Take(FAILURES, "a"), outcome) for outcome in await take(guarded, FAILURES)]
    await take(guarded, FAILURES)
    await guarded.give_back(taken)
    server.error = None
    assert [outcome.allowed for outcome in await take(guarded, FAILURES)] == [True]
    assert [outcome.allowed for outcome in await take(guarded, FAILURES)] == [False]
    assert server.calls == 1


async def test_what_cannot_be_given_back_only_delays(guarded, server):
    taken = [(Take(FAILURES, "a"), outcome) for outcome in await take(guarded, FAILURES)]
    server.error = RefusedError("no")
    await guarded.give_back(taken)
    await guarded.give_back(taken)
    assert server.calls == 2


async def test_edge_s76_an_application_answers_503_where_a_limit_denies(server, serve):
    app = FastTrackFramework(providers=[LimitsProvider(server, timeout=0.01, pause=2.0)])
    app.add_limit("deny", Limit.per_hour(5, on_outage="deny"), everywhere=True)
    async with serve(app) as client:
        assert (await client.get("/")).status_code == 404
        server.hangs = True
        response = await client.get("/")
        assert (response.status_code, response.headers["retry-after"]) == (503, "2")
        assert response.json() == {"title": "Service Unavailable", "status": 503}
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/ready")).status_code == 200
    assert server.closed
