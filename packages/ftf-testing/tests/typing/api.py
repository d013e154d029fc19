"""What type checkers must make of the public names; never executed."""

from typing import assert_type

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.testing import QueryCounter, count_queries


async def main(engine: AsyncEngine, sync_engine: Engine) -> None:
    async with QueryCounter(engine) as counter:
        assert_type(counter.count, int)
    with count_queries(sync_engine) as counter:
        assert_type(counter.queries, list[str])
    assert_type(counter, QueryCounter)
