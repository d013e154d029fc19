"""Operations on a session: a read or a write, and what is rolled back when it fails."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext

from sqlalchemy import MetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..engine._driver_errors import is_schema_change, typed_errors
from . import _foreign_keys  # noqa: F401  # it listens to the flushes of every session
from ._commit import commit
from ._routing import leave_replica, using_primary
from ._savepoint import flush_alone, savepoint
from ._session_state import SessionState, exclusive_use, has_explicit_transaction, has_pending

_ANY = nullcontext()


async def read[R](
    session: AsyncSession, run: Callable[[], Awaitable[R]], *, flush: bool = False
) -> R:
    """Run a query after the flush of pending changes, and leave the session usable if it fails.

    Within an explicit transaction the flush has a savepoint of its own. Outside of one any failure
    rolls back, as that of a write does, because PostgreSQL refuses every statement until then.
    A query that begins a transaction runs a second time if its prepared statement is out of date,
    and any on the primary if its replica cannot be reached.

    Args:
        session: The session to read in.
        run: Runs the query.
        flush: Whether to flush pending changes even if the session has autoflush off.
    """
    primary = using_primary() if flush else _ANY  # what is read again is not to be outdated
    with exclusive_use(session), typed_errors(), primary:
        if has_explicit_transaction(session):
            if flush or session.sync_session.autoflush:
                await flush_alone(session)
            return await run()
        begun = session.in_transaction()
        try:
            return await _read_or_roll_back(session, run, flush=flush)
        except DBAPIError as error:
            if begun or not is_schema_change(error):
                raise
        return await _read_or_roll_back(session, run, flush=flush)


async def read_in_savepoint[R](session: AsyncSession, run: Callable[[], Awaitable[R]]) -> R:
    """Run a query as `read` with `flush` does; an explicit transaction survives its failure."""
    if not has_explicit_transaction(session):
        return await read(session, run, flush=True)

    async def run_in_savepoint() -> R:
        async with savepoint(session):
            return await run()

    return await read(session, run_in_savepoint, flush=True)


@asynccontextmanager
async def writing(
    session: AsyncSession, metadata: MetaData, record: DeclarativeBase | None = None
) -> AsyncIterator[None]:
    """Flush and commit what the body writes, or leave the commit to an explicit transaction.

    The session stays usable after a failure, and what was loaded stays loaded. A failure within
    an explicit transaction rolls back the body alone, outside of one all that is not committed.

    Args:
        session: The session to write in.
        metadata: The tables that are written.
        record: The record that the body writes, if it can be pending already.
    """
    with exclusive_use(session), typed_errors(metadata):
        SessionState.of(session).has_written = True  # what the body reads is not to be outdated
        if has_explicit_transaction(session):
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


async def _read_or_roll_back[R](
    session: AsyncSession, run: Callable[[], Awaitable[R]], *, flush: bool
) -> R:
    try:
        if flush and has_pending(session):
            await session.flush()
        return await run()
    except BaseException as error:
        again = leave_replica(session, error)
        await session.rollback()
        if not again:
            raise
    return await _read_or_roll_back(session, run, flush=flush)
