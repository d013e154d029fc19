"""What is special about counting in Redis."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import asyncio as redis
from redis.exceptions import NoScriptError, ResponseError

from ftf.http.limits import GuardedStore, Limit, RedisLimits, Take

LIMIT = replace(Limit.per_hour(3), name="api")
EXACT = replace(Limit.per_hour(3, exact=True), name="exact")
BOTH = [Take(LIMIT, "a"), Take(EXACT, "b")]


class Client:
    """A client of Redis whose server answers as a test says."""

    def __init__(self, *answers: Exception | bytes) -> None:
        self.answers = [*answers]
        self.sent: list[tuple[str, ...]] = []

    async def evalsha(self, sha: str, number: int, *rest: str) -> object:
        self.sent.append((str(number), *rest))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def eval(self, script: str, number: int, *rest: str) -> object:
        return await self.evalsha("", number, *rest)

    async def aclose(self) -> None:
        raise AssertionError("a client that was given is not closed")


ALLOWED = b"1 2 5 0 7"
REFUSED = b"0 0 5 9 7"


async def test_all_limits_of_a_call_are_one_round_trip():
    client = Client(ALLOWED + b" " + REFUSED)
    store = RedisLimits(client)
    await store.open()
    outcomes = await store.take(BOTH)
    assert [outcome.allowed for outcome in outcomes] == [True, False]
    assert [outcome.retry for outcome in outcomes] == [0, 9]
    assert len(client.sent) == 1
    await store.close()


async def test_edge_s76_no_server_is_an_outage(tmp_path):
    guarded = GuardedStore(RedisLimits(f"unix://{tmp_path}/none.sock"), timeout=60)
    await guarded.open()
    (outcome,) = await guarded.take([Take(LIMIT, "a")])
    assert outcome.degraded
    await guarded.close()


async def test_no_address_is_in_the_database():
    client = Client(ALLOWED, ALLOWED, ALLOWED)
    for secret in ("one", "two", "one"):
        await RedisLimits(client, secret=secret).take([Take(LIMIT, "ada@example.com")])
    first, second, third = (sent[1] for sent in client.sent)
    assert "ada" not in first
    assert first != second
    assert first == third
    assert first.startswith("ftf:limits:{")
    assert first.endswith("}:api:g")


async def test_edge_s76_a_server_that_was_started_anew_gets_the_script():
    client = Client(NoScriptError("NOSCRIPT No matching script."), ALLOWED)
    (outcome,) = await RedisLimits(client).take([Take(LIMIT, "a")])
    assert outcome.allowed


async def test_edge_s76_a_server_that_refuses_its_time_gets_that_of_the_application():
    refused = ResponseError("ERR The user executing the script can't run this command 'time': ACL")
    client = Client(refused, ALLOWED, ALLOWED)
    store = RedisLimits(client)
    for _ in range(2):
        await store.take([Take(LIMIT, "a")])
    assert [sent[2] == "" for sent in client.sent] == [True, False, False]


@pytest.mark.parametrize("text", ["MOVED 3999 127.0.0.1:6381", "READONLY You can't write"])
async def test_edge_s76_what_the_server_refuses_is_an_outage(text):
    client = Client(*[ResponseError(text)] * 2)
    with pytest.raises(ResponseError, match=text):
        await RedisLimits(client).take([Take(LIMIT, "a")])
    with pytest.raises(ResponseError, match=text):
        await RedisLimits(client).take(BOTH)


async def test_keys_on_several_nodes_of_a_cluster_are_taken_one_by_one():
    crossed = ResponseError("CROSSSLOT Keys in request don't hash to the same slot")
    client = Client(crossed, ALLOWED, REFUSED, b"1", ALLOWED, ALLOWED)
    store = RedisLimits(client)
    assert [outcome.allowed for outcome in await store.take(BOTH)] == [True, False]
    assert len(client.sent) == 4  # the last gives the first back
    assert [outcome.allowed for outcome in await store.take(BOTH)] == [True, True]
    assert len(client.sent) == 6


async def test_without_redis_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ImportError, match=r'needs redis: `pip install "ftf-http\[redis\]"`'):
        RedisLimits("redis://localhost")


@pytest.fixture
async def store(redis_server, request):
    made = RedisLimits(redis_server.url, secret=request.node.nodeid)
    yield made
    await made.close()


async def test_a_client_and_the_clock_of_the_application_may_be_given(redis_server, clock, request):
    async with redis.Redis.from_url(redis_server.url) as client:
        store = RedisLimits(client, secret=request.node.nodeid, clock=clock)
        for limit in (LIMIT, EXACT):
            for _ in range(3):
                await store.take([Take(limit, "a")])
            assert not (await store.take([Take(limit, "a")]))[0].allowed
        await store.close()
        assert await client.ping()


@pytest.mark.parametrize("limit", [LIMIT, EXACT])
async def test_edge_s78_a_clock_that_jumps_recovers_within_a_period(
    redis_server, clock, request, limit
):
    async with redis.Redis.from_url(redis_server.url) as client:
        store = RedisLimits(client, secret=request.node.nodeid, clock=clock)
        for _ in range(4):
            await store.take([Take(limit, "a")])
        clock.advance(-86_400)
        await store.take([Take(limit, "a")])
        clock.advance(3_600)
        assert (await store.take([Take(limit, "a")]))[0].allowed


async def test_keys_expire_when_they_are_whole(redis_server, request):
    prefix = f"{request.node.name}:"
    async with redis.Redis.from_url(redis_server.url) as client:
        await RedisLimits(client, prefix=prefix).take(BOTH)
        lives = [await client.pttl(key) async for key in client.scan_iter(f"{prefix}*")]
    assert sorted(-(-life // 600_000) for life in lives) == [2, 6]


async def test_what_is_given_back_leaves_no_key_behind(redis_server, request):
    prefix = f"{request.node.name}:"
    async with redis.Redis.from_url(redis_server.url) as client:
        store = RedisLimits(client, prefix=prefix)
        outcomes = await store.take(BOTH)
        await store.give_back([*zip(BOTH, outcomes, strict=True)])
        assert [key async for key in client.scan_iter(f"{prefix}*")] == []


async def test_edge_s76_a_user_without_the_time_of_the_server(redis_server, request):
    async with redis.Redis.from_url(redis_server.url) as client:
        await client.execute_command(
            "ACL", "SETUSER", "timeless", "on", ">x", "~*", "+@all", "-time"
        )
        url = redis_server.url.replace("unix://", "unix://timeless:x@")
        store = RedisLimits(url, secret=request.node.nodeid)
        assert (await store.take([Take(LIMIT, "a")]))[0].remaining == 2
        assert (await store.take([Take(LIMIT, "a")]))[0].remaining == 1
        await store.close()
        await client.execute_command("ACL", "DELUSER", "timeless")


async def test_edge_s76_a_server_that_is_read_only(redis_server, store):
    guarded = GuardedStore(store)
    async with redis.Redis.from_url(redis_server.url) as client:
        await client.replicaof("127.0.0.1", "1")
        try:
            (outcome,) = await guarded.take([Take(LIMIT, "a")])
        finally:
            await client.replicaof("NO", "ONE")
    assert (outcome.allowed, outcome.degraded) == (True, True)


async def test_edge_s76_a_server_that_is_slow_costs_a_tenth_of_a_second(redis_server, store):
    guarded = GuardedStore(store)
    async with redis.Redis.from_url(redis_server.url) as client:
        await store.take([Take(LIMIT, "a")])
        await client.execute_command("CLIENT", "PAUSE", "400", "ALL")
        began = asyncio.get_running_loop().time()
        answers = [await guarded.take([Take(LIMIT, "a")]) for _ in range(50)]
        waited = asyncio.get_running_loop().time() - began
        assert all(outcome.degraded for (outcome,) in answers)
        assert waited < 0.35  # 50 times 0.1 without the breaker


async def test_edge_s76_a_server_that_is_stopped_and_started(redis_server):
    with TemporaryDirectory(prefix="ftf-") as folder:
        server = type(redis_server)(Path(folder))
        seconds = 0.0
        store = RedisLimits(server.url)
        guarded = GuardedStore(store, clock=lambda: seconds)
        server.start()
        degraded = [(await guarded.take([Take(LIMIT, "a")]))[0].degraded]
        server.stop()
        degraded += [(await guarded.take([Take(LIMIT, "a")]))[0].degraded for _ in range(2)]
        server.start()
        seconds = 3.1
        degraded += [(await guarded.take([Take(LIMIT, "a")]))[0].degraded for _ in range(2)]
        assert degraded == [False, True, True, False, False]
        await store.close()
        server.stop()


async def test_edge_s76_a_pool_that_is_empty(redis_server):
    pool = redis.ConnectionPool.from_url(redis_server.url, max_connections=1)
    async with redis.Redis(connection_pool=pool) as client:
        guarded = GuardedStore(RedisLimits(client))
        held = await pool.get_connection()
        (outcome,) = await guarded.take([Take(LIMIT, "a")])
        await pool.release(held)
    await pool.disconnect()
    assert outcome.degraded
