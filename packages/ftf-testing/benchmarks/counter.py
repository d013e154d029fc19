"""What counting adds to a query.

The listeners of the first counter stay in a process: here they are taken away for the uncounted
turns, so that those cost what they do where nothing was ever counted. Opening a counter is done
before the clock starts, as a test opens one for all of its queries.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from interleaved import Way, compare
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
from ftf.testing import _query_listener as queries  # noqa: PLC2701  # nothing public takes it away

ROWS = 1_000
CALLS = 40
LISTENERS = (
    (Engine, "before_cursor_execute", queries._begin),  # noqa: SLF001
    (Engine, "after_cursor_execute", queries._end),  # noqa: SLF001
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
    print("| query, in a session of its own | | wall | counted | CPU | counted |")
    print("|---|---|---:|---:|---:|---:|")
    with databases() as urls:
        for driver, url in urls.items():
            asyncio.run(_measure_on(driver, url, rounds))


async def _measure_on(driver: str, url: str, rounds: int) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    with QueryCounter(engine):
        pass  # registers the listeners
    _listen(event.remove)
    async with AsyncSession(engine) as session:
        users = [User(name=f"user {number}", age=number % 90) for number in range(ROWS)]
        session.add_all(Post(title=f"by {user.name}", author=user) for user in users)
        await session.commit()
    for query in QUERIES:
        wall, cpu = await compare(*_ways(engine, query), rounds * CALLS)
        print(
            f"| {query.__name__} | {driver} | {wall.first:.0f} µs | {wall.ratio:.3f} "
            f"| {cpu.first:.0f} µs | {cpu.ratio:.3f} |"
        )
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    await engine.dispose()


def _listen(change: Callable[..., object]) -> None:
    for target, name, listener in LISTENERS:
        if event.contains(target, name, listener) == (change is event.remove):
            change(target, name, listener)


def _ways(engine: AsyncEngine, query: Query) -> tuple[Way, Way]:
    async def run(number: int) -> None:
        async with AsyncSession(engine) as session:
            (await session.scalars(query(number))).all()

    @contextmanager
    def counted() -> Iterator[None]:
        _listen(event.listen)
        with QueryCounter(engine):
            yield
        _listen(event.remove)

    return Way(nullcontext, run), Way(counted, run)
