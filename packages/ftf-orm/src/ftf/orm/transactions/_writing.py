"""A write of a repository: committed when nobody above it will, undone when it fails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from ..engine._driver_errors import typed_errors
from ._commit import commit
from ._savepoint import flush_alone, savepoint
from ._session_state import exclusive_use, somebody_commits


@asynccontextmanager
async def writing(
    session: AsyncSession, metadata: MetaData, record: object = None
) -> AsyncIterator[None]:
    """Flush what the body does, and commit it unless somebody above will.

    The session stays usable after a failure, and what was loaded stays loaded. In a transaction
    the failure undoes the body alone, outside of one whatever was not committed.

    Args:
        session: The session to write in.
        metadata: The tables that are written.
        record: What the body writes, if it may be pending already.
    """
    with exclusive_use(session), typed_errors(metadata):
        if somebody_commits(session):
            await flush_alone(session, besides=record)
            async with savepoint(session):
                yield
            return
        try:
            yield
            await session.flush()
            await commit(session)
        except BaseException:
            await session.rollback()
            raise
