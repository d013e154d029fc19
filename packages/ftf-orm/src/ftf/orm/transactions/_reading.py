"""A read, whose failure leaves the session usable."""

from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from ..engine._driver_errors import is_schema_change, typed_errors
from ._savepoint import flush_alone, savepoint
from ._session_state import exclusive_use, somebody_commits


async def read[R](
    session: AsyncSession,
    run: Callable[[], Awaitable[R]],
    *,
    flush: bool = False,
    may_fail: bool = False,
) -> R:
    """Run a query, having written what is pending.

    What is pending fails alone in a transaction. Outside of one any failure rolls back, as that
    of a write does: PostgreSQL refuses every further statement until then. A query that a session
    begins with runs again if a table was altered since its connection has prepared it.

    Args:
        session: The session to read in.
        run: What to run.
        flush: Whether to write what is pending though the session does not by itself.
        may_fail: Whether a transaction is to survive the query's failure.
    """
    with exclusive_use(session), typed_errors():
        if somebody_commits(session):
            if flush or session.sync_session.autoflush:
                await flush_alone(session)
            if not may_fail:
                return await run()
            async with savepoint(session):
                return await run()
        begun = session.in_transaction()
        try:
            return await _read_alone(session, run, flush=flush)
        except DBAPIError as error:
            if begun or not is_schema_change(error):
                raise
        return await _read_alone(session, run, flush=flush)


async def _read_alone[R](
    session: AsyncSession, run: Callable[[], Awaitable[R]], *, flush: bool
) -> R:
    try:
        if flush:
            await session.flush()
        return await run()
    except BaseException:
        await session.rollback()
        raise
