"""Soft deletions and restorations of one record, and of the records that go with it."""

from datetime import datetime

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..exceptions import StaleRecord
from ..query.terminals._soft_cascade import cascade, deleted_at_of, keep, name_of, next_time
from ..transactions._write_lock import is_only_writer
from ._record import read_expired


async def soft_delete(session: AsyncSession, record: DeclarativeBase) -> None:
    """Set when a record was deleted, and the same time on the living records that go with it.

    Raises:
        StaleRecord: Another transaction removed the row.
    """
    if await _locked_time(session, record) is None:
        await _change(session, record, None, next_time())


async def restore(session: AsyncSession, record: DeclarativeBase) -> None:
    """Restore a record, and the records that were deleted with it.

    Raises:
        StaleRecord: Another transaction removed the row.
    """
    if (deleted_at := await _locked_time(session, record)) is not None:
        await _change(session, record, deleted_at, None)


async def _change(
    session: AsyncSession, record: DeclarativeBase, before: datetime | None, after: datetime | None
) -> None:
    setattr(record, name_of(inspect(record).mapper), after)
    await session.flush()
    await read_expired(session, record)
    state = inspect(record)
    await cascade(session, state.mapper, [state.identity or ()], before, after)


async def _locked_time(session: AsyncSession, record: DeclarativeBase) -> datetime | None:
    """Lock the row of a record until the commit. Return when it was deleted.

    Raises:
        StaleRecord: There is no row.
    """
    await session.flush()
    await is_only_writer(session)
    state = inspect(record)
    column = deleted_at_of(state.mapper)
    key = zip(column.table.primary_key.columns, state.identity or (), strict=True)
    found = select(column).where(*(part == value for part, value in key))
    # FOR NO KEY UPDATE: other transactions can still insert rows that refer to the record.
    row = (await session.execute(found.with_for_update(key_share=True))).one_or_none()
    if row is None:
        raise StaleRecord
    deleted_at: datetime | None = row[0]
    keep(session, state.mapper, state.identity or (), {name_of(state.mapper): deleted_at})
    return deleted_at
