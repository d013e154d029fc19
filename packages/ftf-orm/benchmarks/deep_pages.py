"""Pages of 200,000 rows, by cursor and by offset: the milliseconds of each, and a plot of them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter

from sqlalchemy import Index, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import Base, QueryBuilder, UtcDateTime, create_engine, session_factory

ROWS, PER_PAGE, STEP = 200_000, 20, 1_000
PAGES = (1, 51, 501, 1_001, 2_501, 5_001, 7_501, 9_951)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

type Times = dict[str, list[float]]


class Entry(Base):
    """An entry of a feed; two are of the same moment."""

    __tablename__ = "entries"
    __table_args__ = (Index(None, "at", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str]


def measure(url: str, rounds: int) -> Times:
    """Measure on one database, and print a table. Return the milliseconds by cursor and offset."""
    return asyncio.run(_measure(url, rounds))


async def _measure(url: str, rounds: int) -> Times:
    engine = create_engine(url)
    await fill(engine)
    async with session_factory(engine)() as session:
        query = QueryBuilder(session, Entry).order_by(Entry.at, "desc")
        cursors = await positions(query)
        calls: dict[str, Callable[[int], Awaitable[object]]] = {
            "cursor": lambda page: query.cursor_paginate(cursors[page], PER_PAGE),
            "offset": lambda page: query.paginate(page, PER_PAGE).get(),
        }
        times: Times = {"cursor": [], "offset": []}
        print(f"\n| {engine.dialect.name}, page | by cursor | by offset |\n|---:|---:|---:|")
        for page in PAGES:
            for name, call in calls.items():
                times[name].append(await milliseconds(call, page, rounds))
            print(f"| {page:,} | {times['cursor'][-1]:.2f} ms | {times['offset'][-1]:.2f} ms |")
    deep = times["cursor"][PAGES.index(1_001)] / times["cursor"][0]
    print(f"page 1,001 by cursor takes {deep:.2f} x the time of page 1")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all, [Entry.__table__])
    await engine.dispose()
    return times


async def fill(engine: AsyncEngine) -> None:
    """Store the entries."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all, [Entry.__table__])
        await connection.run_sync(Base.metadata.create_all, [Entry.__table__])
        for first in range(0, ROWS, 10_000):
            rows = [
                {"at": BEGIN + timedelta(seconds=number // 2), "text": f"entry {number}"}
                for number in range(first, first + 10_000)
            ]
            await connection.execute(insert(Entry), rows)
    async with engine.connect() as connection:
        await connection.execute(text("ANALYZE"))
        await connection.commit()


async def positions(query: QueryBuilder[Entry]) -> dict[int, str | None]:
    """Return the cursors of pages, from a walk in larger steps: a cursor is for any size."""
    found: dict[int, str | None] = {}
    cursor: str | None = None
    for first in range(0, ROWS, STEP):
        if (page := first // PER_PAGE + 1) in PAGES:
            found[page] = cursor
        cursor = (await query.cursor_paginate(cursor, STEP)).next_cursor
        query.session.expunge_all()
    return found


async def milliseconds(call: Callable[[int], Awaitable[object]], page: int, rounds: int) -> float:
    """Return the milliseconds of a call that nothing else on the machine delayed."""
    times = []
    for _ in range(rounds):
        begin = perf_counter()
        await call(page)
        times.append((perf_counter() - begin) * 1_000)
    return min(times)
