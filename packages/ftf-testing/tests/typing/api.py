"""What type checkers must make of the public names; never executed."""

from datetime import datetime
from typing import assert_type

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ftf.orm import Seeder
from ftf.testing import (
    ExecutedQuery,
    QueryCounter,
    assert_count,
    assert_has,
    assert_idempotent,
    assert_max_queries,
    assert_missing,
    assert_no_n_plus_one,
    assert_queries,
    assert_same_query_count,
    assert_soft_deleted,
    count_queries,
)


class Base(DeclarativeBase): ...


class Draft(Base):
    __tablename__ = "drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    hidden_at: Mapped[datetime | None]


class Empty(Seeder):
    async def run(self) -> None: ...


async def main(engine: AsyncEngine, sync_engine: Engine) -> None:
    async with QueryCounter(engine) as counter:
        assert_type(counter.count, int)
    with count_queries(sync_engine) as counter:
        assert_type(counter.queries, list[str])
    assert_type(counter, QueryCounter)


async def assertions(engine: AsyncEngine) -> None:
    with assert_queries(2) as counter, assert_max_queries(2, engine, engine_wide=True):
        assert_type(counter, QueryCounter)
    async with assert_no_n_plus_one(threshold=3) as counter:
        assert_type(counter.executed, list[ExecutedQuery])
    assert_type(counter == 2, bool)


async def growth() -> None:
    async def page(size: int) -> str:
        return "*" * size

    await assert_same_query_count(page, 1, 20)
    await assert_same_query_count(page, small=lambda: 1, large=20)
    assert_type(assert_same_query_count(str.upper, "a", "b"), None)


async def records(session: AsyncSession) -> None:
    assert_type(await assert_has(session, QueryCounter, name="Ada"), None)
    await assert_missing(session, QueryCounter, name=None)
    await assert_count(session, QueryCounter, 2, name="Ada")
    await assert_soft_deleted(session, QueryCounter)
    await assert_soft_deleted(session, Draft, Draft.hidden_at, id=1)
    await assert_soft_deleted(session, Draft, "hidden_at", id=1)
    await assert_idempotent(Empty, session)
    await assert_count(session, QueryCounter)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await assert_has("session", QueryCounter)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
