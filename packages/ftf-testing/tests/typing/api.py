"""What type checkers must make of the public names; never executed."""

from typing import assert_type

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.testing import (
    QueryCounter,
    assert_count,
    assert_has,
    assert_missing,
    assert_soft_deleted,
    count_queries,
)


async def main(engine: AsyncEngine, sync_engine: Engine) -> None:
    async with QueryCounter(engine) as counter:
        assert_type(counter.count, int)
    with count_queries(sync_engine) as counter:
        assert_type(counter.queries, list[str])
    assert_type(counter, QueryCounter)


async def records(session: AsyncSession) -> None:
    assert_type(await assert_has(session, QueryCounter, name="Ada"), None)
    await assert_missing(session, QueryCounter, name=None)
    await assert_count(session, QueryCounter, 2, name="Ada")
    await assert_soft_deleted(session, QueryCounter)
    await assert_count(session, QueryCounter)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await assert_has("session", QueryCounter)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
