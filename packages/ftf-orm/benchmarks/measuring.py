"""Measuring everybody on one database."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from statistics import median
from time import process_time

import on_tortoise
from contestants import AdvancedAlchemy, Ours, SQLAlchemy
from models import Base, Draft, User, records
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from tortoise import Tortoise

from ftf.orm import QueryBuilder, create_engine

WORK = (
    "find",
    "find_living",
    "list_100",
    "list_100_living",
    "filtered",
    "count",
    "paginate",
    "eager",
    "create",
    "pluck",
    "entities",
)
MANY = ("create_1000", "insert_1000", "insert_10000")  # of which a tenth of the turns is enough
WARM_UP, COLLECT = 20, 25  # turns

type Call = Callable[[int], Awaitable[object]]


def measure_on(url: str, rounds: int) -> None:
    """Measure on one database, in so many turns of each."""
    asyncio.run(on_database(url, rounds))


async def on_database(url: str, rounds: int) -> None:
    """Measure everything on one database."""
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        session.add_all(records())
        await session.commit()
    await on_tortoise.connect(engine.url)
    await compare(engine, rounds)
    await look_inside(engine)
    await weigh_scope(engine, rounds)
    await Tortoise.close_connections()
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    await engine.dispose()


async def compare(engine: AsyncEngine, rounds: int) -> None:
    """Print the milliseconds of hand-written SQLAlchemy, and the others as multiples of it."""
    everybody = [
        SQLAlchemy(engine),
        Ours(engine),
        AdvancedAlchemy(engine),
        on_tortoise.OnTortoise(),
    ]
    print(f"\n| {engine.dialect.name} | SQLAlchemy | ftf-orm | Advanced Alchemy | Tortoise |")
    print("|---|---|---|---|---|")
    for name in WORK + MANY:
        calls = [getattr(contestant, name, None) for contestant in everybody]
        times = await take_turns(calls, rounds // 10 if name in MANY else rounds)
        reference = times[0] or 0.0
        shown = ["-" if time is None else f"{time / reference:.2f} x" for time in times[1:]]
        print(f"| {name} | {reference * 1_000:.2f} ms | {' | '.join(shown)} |")


async def take_turns(calls: list[Call | None], rounds: int) -> list[float | None]:
    """Let everybody make a call, again and again, and tell the median CPU seconds of one."""
    times: list[list[float]] = [[] for _ in calls]
    gc.disable()
    for turn in range(-WARM_UP, rounds):
        if turn % COLLECT == 0:
            gc.collect()
        # Nobody is always the one who comes after the same other one.
        for place in range(len(calls)):
            index = (place + turn) % len(calls)
            if (call := calls[index]) is not None:
                begin = process_time()
                await call(turn % 1_000)
                if turn >= 0:
                    times[index].append(process_time() - begin)
    gc.enable()
    return [median(found) if found else None for found in times]


async def look_inside(engine: AsyncEngine) -> None:
    """Print what a query costs to build, and how many statements are kept compiled."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        query = QueryBuilder(session, User)

        def build(number: int) -> object:
            built = query.where(User.age >= number).where(User.name != "x")
            return built.order_by(User.name).limit(20).statement()

        begin = process_time()
        for number in range(2_000):
            build(number)
        print(f"\nbuilding a query of four calls: {(process_time() - begin) / 2e-3:.0f} us")
        sizes = [await compiled(engine, query, count) for count in (1, 200)]
    print(f"compiled statements kept after 1 and after 200 sets of values: {sizes}")


async def weigh_scope(engine: AsyncEngine, rounds: int) -> None:
    """Print what the scope of soft deletes adds to a query that selects the same records."""

    async def within(number: int) -> object:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            query = QueryBuilder(session, Draft)
            return await query.where(Draft.length >= number % 10).limit(100).get()

    async def without(number: int) -> object:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            query = QueryBuilder(session, Draft).with_trashed()
            return await query.where(Draft.length >= number % 10).limit(100).get()

    hidden, whole = await take_turns([within, without], rounds * 2)
    print(
        f"the scope of soft deletes, of a query for 100: {((hidden or 0) / (whole or 1) - 1):+.1%}"
    )


async def compiled(engine: AsyncEngine, query: QueryBuilder[User], count: int) -> int:
    """Run a query with different values and lists of values, and count what was compiled."""
    for number in range(count):
        narrowed = query.where(User.age >= number).where_in(User.age, range(number % 50 + 1))
        await narrowed.where_like(User.name, f"%{number}").limit(number).get()
    cache = engine.sync_engine._compiled_cache  # noqa: SLF001  # nothing public tells
    return len(cache) if cache is not None else 0
