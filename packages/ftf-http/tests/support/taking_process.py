"""Takes from limits, many times at once: `python taking_process.py SECRET KIND=URL ...`."""

import asyncio
import sys
from dataclasses import replace

from ftf.http.limits import Limit, PostgresLimits, RedisLimits, Take

STORES = {"redis": RedisLimits, "postgres": PostgresLimits}


async def main(secret: str, *servers: str) -> None:
    """Print how many of a hundred takes each limit has allowed, after a line was read."""
    stores = []
    for kind, url in (server.split("=", 1) for server in servers):
        stores.append(STORES[kind](url, secret=secret))
        await stores[-1].open()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for store in stores:
        for exact in (False, True):
            take = Take(replace(Limit.per_hour(10, exact=exact), name="api"), "a")
            outcomes = await asyncio.gather(*(store.take([take]) for _ in range(100)))
            sys.stdout.write(f"{sum(outcome.allowed for (outcome,) in outcomes)}\n")
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
