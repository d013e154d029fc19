"""Savepoints, which undo what came after them and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from ._session_state import has_pending


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[None]:
    """Undo the body alone if it raises."""
    sync = session.sync_session
    # begin_nested() flushes first, unless a flush is going on: what fails then takes the whole
    # transaction along.
    sync._flushing = True  # noqa: SLF001
    try:
        async with session.begin_nested():
            sync._flushing = False  # noqa: SLF001
            yield
    finally:
        sync._flushing = False  # noqa: SLF001


async def flush_alone(session: AsyncSession, besides: object = None) -> None:
    """Write what is pending, so that neither its failure nor that of what follows undoes the other.

    Args:
        session: The session, in a transaction that somebody commits.
        besides: A record that may stay pending if it is the only one.
    """
    if has_pending(session, besides):
        async with savepoint(session):
            await session.flush()
