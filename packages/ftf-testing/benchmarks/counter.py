"""What counting adds to a query.

The listeners of the first counter stay: for the uncounted turns they are taken away, so that
those cost what they do in a process that never counted.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from interleaved import Ratio, Way, compare
from servers import databases
from sqlalchemy import Engine, ForeignKey, Select, event, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    relationship,
    selectinload,
)

from ftf.testing import QueryCounter
from ftf.testing import _query_listener as listener  # noqa: PLC2701  # nothing public takes it away

ROWS = 1_000
CALLS = 40
LISTENERS = (
    (Engine, "before_cursor_execute", listener._begin),  # noqa: SLF001
    (Engine, "after_cursor_execute", listener._end),  # noqa: SLF001
)

type Query = Callable[[int], Select[Any]]


class Base(DeclarativeBase):
    """What the tables have in common."""


class User(Base):
    """A user."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    age: Mapped[int]


class Post(Base):
    """A post."""

    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    author: Mapped[User] = relationship()


def a_record(number: int) -> Select[tuple[Post]]:
    """Select one post."""
    return select(Post).where(Post.id == number + 1)


def a_page(number: int) -> Select[tuple[User]]:
    """Select 20 users."""
    return select(User).where(User.age >= number % 50).order_by(User.name).limit(20)


def with_authors(number: int) -> Select[tuple[Post]]:
    """Select 50 posts, and their authors in a second query."""
    return select(Post).options(selectinload(Post.author)).offset(number % 500).limit(50)


QUERIES = (a_record, a_page, with_authors)


def measure(rounds: int) -> None:
    """Print a table of all queries on both databases."""
    print("| query, in a session of its own | | uncounted | counted | half of the rounds |")
    print("|---|---|---:|---:|---|")
    with databases() as urls:
        for driver, url in urls.items():
            asyncio.run(_measure_on(driver, url, rounds))


async def _measure_on(driver: str, url: str, rounds: int) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    with QueryCounter(engine):
        pass  # registers the listeners
    async with AsyncSession(engine) as session:
        users = [User(name=f"user {number}", age=number % 90) for number in range(ROWS)]
        session.add_all(Post(title=f"by {user.name}", author=user) for user in users)
        await session.commit()
    for query in QUERIES:
        found = await compare(*_ways(engine, query), CALLS, rounds)
        print(_row(query.__name__, driver, found))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    await engine.dispose()


def _ways(engine: AsyncEngine, query: Query) -> tuple[Way, Way]:
    async def run(times: int) -> None:
        for number in range(times):
            async with AsyncSession(engine) as session:
                (await session.scalars(query(number))).all()

    async def counted(times: int) -> None:
        with QueryCounter(engine):
            await run(times)

    return Way(_stop_listening, run), Way(_listen, counted)


def _listen() -> None:
    _stop_listening()  # listening twice hears twice
    for each in LISTENERS:
        event.listen(*each)


def _stop_listening() -> None:
    for each in LISTENERS:
        if event.contains(*each):
            event.remove(*each)


def _row(name: str, driver: str, found: Ratio) -> str:
    spread = f"{found.low:.3f} to {found.high:.3f}"
    return f"| {name} | {driver} | {found.microseconds:.0f} µs | {found.median:.3f} | {spread} |"
