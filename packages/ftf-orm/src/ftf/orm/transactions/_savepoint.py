"""Savepoints, without the flush that SQLAlchemy does before one."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ._session_state import has_pending

_COLLECTIONS = (list, set, dict)


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[None]:
    """Roll back the body, and nothing before it, if it raises."""
    sync = session.sync_session
    # begin_nested() flushes first, and a failing flush rolls back the whole transaction;
    # `_flushing` suppresses that flush.
    sync._flushing = True  # noqa: SLF001
    try:
        async with session.begin_nested():
            sync._flushing = False  # noqa: SLF001
            yield
    finally:
        sync._flushing = False  # noqa: SLF001


async def flush_alone(session: AsyncSession, besides: DeclarativeBase | None = None) -> None:
    """Flush pending changes in a savepoint of their own.

    Args:
        session: The session, in an explicit transaction.
        besides: A record that stays pending if it is the only one.
    """
    if has_pending(session, besides):
        with _apart(besides):
            async with savepoint(session):
                await session.flush()


@contextmanager
def _apart(record: DeclarativeBase | None) -> Iterator[None]:
    """Remove a new record from its related records within the block.

    Their collections, by `back_populates`, contain it before it is in the session, and a flush
    warns that it does not write that.
    """
    related = {} if record is None or not inspect(record).transient else _related_by(record)
    for name, value in related.items():
        setattr(record, name, type(value)() if isinstance(value, _COLLECTIONS) else None)
    try:
        yield
    finally:
        for name, value in related.items():
            setattr(record, name, value)


def _related_by(record: DeclarativeBase) -> dict[str, object]:
    """Return copies of what a new record is related to, by relationship."""
    state = inspect(record)
    relations = [each.key for each in state.mapper.relationships if each.back_populates]
    related = {name: state.dict[name] for name in relations if state.dict.get(name)}
    for name, value in related.items():
        for kind in _COLLECTIONS:
            if isinstance(value, kind):
                related[name] = kind(value)
    return related
