"""One record in a session: added, deleted, and its columns read again."""

from sqlalchemy import inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..exceptions import RecordOfOtherSession, StaleRecord
from ..models._loaded_parts import expire_parts
from ..transactions._deletion import refusing_missing_rows
from ..transactions._operation import read
from ..transactions.restoring._snapshot import expired_columns


def add(session: AsyncSession, record: DeclarativeBase, model: type) -> None:
    """Add a record of a repository's model to a session.

    Raises:
        RecordOfOtherSession: It is in another session, or the session has another object for it.
    """
    try:
        session.add(record)
    except InvalidRequestError as error:
        if inspect(record).was_deleted:
            raise
        raise RecordOfOtherSession(model, str(error)) from error


async def delete(session: AsyncSession, record: DeclarativeBase) -> None:
    """Delete a record and flush.

    Raises:
        StaleRecord: Another transaction deleted it.
    """
    await session.run_sync(expire_parts, record)
    mapper = inspect(record).mapper
    connection = await session.connection({"mapper": mapper})
    with refusing_missing_rows(connection, mapper):
        await session.delete(record)
        await session.flush()


async def read_expired(session: AsyncSession, record: DeclarativeBase) -> None:
    """Read the expired columns of a record."""
    if names := expired_columns(inspect(record)):
        await session.refresh(record, names)


async def read_columns(session: AsyncSession, record: DeclarativeBase) -> None:
    """Read the loaded columns of a record again.

    Raises:
        StaleRecord: Another transaction deleted it.
    """
    state = inspect(record)
    loaded = state.mapper.column_attrs.keys() & state.dict.keys()
    try:
        # Without a flush, refresh() would overwrite pending changes of the record.
        await read(session, lambda: session.refresh(record, sorted(loaded)), flush=True)
    except InvalidRequestError as error:
        raise StaleRecord from error
