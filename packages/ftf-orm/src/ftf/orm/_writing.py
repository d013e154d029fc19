"""A write of a repository: committed when nobody above it will, undone when it fails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import SessionTransactionOrigin

from ._commit import commit
from ._errors import typed_errors
from ._kept import keep_loaded
from ._session import exclusive_use, open_transaction


@asynccontextmanager
async def writing(session: AsyncSession, metadata: MetaData) -> AsyncIterator[None]:
    """Flush what the body does, and commit it unless somebody above will.

    A failure undoes the body alone: the session stays usable, a transaction around it open, and
    what was loaded stays loaded.

    Args:
        session: The session to write in.
        metadata: The tables that are written.
    """
    with exclusive_use(session), typed_errors(metadata), keep_loaded(session.sync_session):
        if _somebody_commits(session):
            async with _savepoint(session):
                yield
            return
        try:
            yield
            await commit(session)
        except BaseException:
            await session.rollback()
            raise


@asynccontextmanager
async def _savepoint(session: AsyncSession) -> AsyncIterator[None]:
    sync = session.sync_session
    # begin_nested() flushes first, unless a flush is going on: what was changed before the call
    # has to fail inside of the savepoint, not outside.
    sync._flushing = True  # noqa: SLF001
    try:
        async with session.begin_nested():
            sync._flushing = False  # noqa: SLF001
            yield
    finally:
        sync._flushing = False  # noqa: SLF001


def _somebody_commits(session: AsyncSession) -> bool:
    """Tell a unit of work from what SQLAlchemy begins by itself at the first statement."""
    sync = session.sync_session
    if open_transaction(session) is not None or sync.in_nested_transaction():
        return True
    begun = sync.get_transaction()
    return begun is not None and begun.origin is SessionTransactionOrigin.BEGIN
