"""Savepoints, without the flush that SQLAlchemy does before one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from ._session_state import has_pending


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


async def flush_alone(session: AsyncSession, besides: object = None) -> None:
    """Flush pending changes in a savepoint of their own.

    Args:
        session: The session, in an explicit transaction.
        besides: A record that stays pending if it is the only one.
    """
    if has_pending(session, besides):
        async with savepoint(session):
            await session.flush()
