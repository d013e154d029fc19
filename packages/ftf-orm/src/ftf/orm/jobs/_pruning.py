"""The deletion of old rows, a few at a time."""

from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Column, CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ..transactions._operation import writing
from ._database_time import database_time
from ._tables import jobs_metadata
from ._transactions import naming_missing_tables

_AT_ONCE: Final = 1000


async def prune(
    session: AsyncSession, key: Column[str], time: Column[datetime], older_than: timedelta
) -> int:
    """Delete the rows of a table that are older than a duration. Return how many.

    Each thousand are committed, unless a `transaction` of the session is open: other writers wait
    no longer than that.

    Args:
        session: A session of the database.
        key: The primary key of the table.
        time: The column by which a row is old.
        older_than: The duration.
    """
    old = select(key).where(time <= database_time("after")).limit(_AT_ONCE)
    statement = delete(key.table).where(key.in_(old.scalar_subquery()))
    given = {"after": -older_than.total_seconds()}
    total, deleted = 0, _AT_ONCE
    while deleted == _AT_ONCE:
        with naming_missing_tables():
            async with writing(session, jobs_metadata):
                result = cast("CursorResult[Any]", await session.execute(statement, given))
        deleted = result.rowcount
        total += deleted
    return total
