"""Transactions that are tried again when they lose against another one."""

from asyncio import sleep
from collections.abc import Awaitable, Callable
from random import uniform

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from ._errors import typed_error, typed_errors
from ._kept import Loaded, forget, give_back, written
from ._session import exclusive_use, open_transaction
from ._sqlite import in_transaction
from ._transaction import Transaction, transaction
from .exceptions import TransactionConflict, TransactionMisuse

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0  # seconds


async def run_transaction[R](
    session: AsyncSession, work: Callable[[Transaction], Awaitable[R]], *, attempts: int = 3
) -> R:
    """Run a function in a transaction, again if it loses against another transaction.

    What is tried again is the whole function, with nothing left of the attempt before: it has to
    load what it works on, by the first attempt too, and to leave the outside world to
    `tx.after_commit`. Records that were loaded before have no more than their primary keys in it,
    and are as they were afterwards. The pause before
    grows, and is random so that two losers do not meet again ("full jitter",
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Within another
    transaction, or if the session has written what is not committed, there is one attempt: the
    whole would have to be tried again.

    Args:
        session: The session to work in.
        work: What to do; takes the transaction.
        attempts: How often to try, at least 1.

    Returns:
        What the function returns.

    Raises:
        TransactionConflict: The last attempt lost too.
        TransactionMisuse: The session has pending changes, which another attempt would lose.
        ValueError: There are less than 1 attempts.
    """
    if attempts < 1:
        raise ValueError(f"attempts must be at least 1, not {attempts}")
    if attempts == 1 or open_transaction(session) is not None or await _has_written(session):
        return await _run(session, work, [])
    _refuse_changes(session.sync_session)
    loaded = forget(session.sync_session)  # others may have changed it
    try:
        for attempt in range(1, attempts):
            try:
                return await _run(session, work, loaded)
            except (TransactionConflict, DBAPIError) as error:
                if not _lost(error):
                    raise
            loaded += forget(session.sync_session)
            await sleep(uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)))  # noqa: S311  # no secret
        return await _run(session, work, loaded)
    except BaseException:
        give_back(session.sync_session, loaded)
        raise


async def _run[R](
    session: AsyncSession, work: Callable[[Transaction], Awaitable[R]], loaded: list[Loaded]
) -> R:
    async with transaction(session) as opened:
        result = await work(opened)
        give_back(session.sync_session, loaded, besides=written(session.sync_session))
    return result


def _refuse_changes(session: Session) -> None:
    changed = any(session.is_modified(record) for record in session.dirty)
    if session.new or session.deleted or changed:
        raise TransactionMisuse(
            "The session has pending changes, which another attempt would lose: "
            "commit them before run_transaction(), or make them in its work"
        )


def _lost(error: TransactionConflict | DBAPIError) -> bool:
    typed = typed_error(error) if isinstance(error, DBAPIError) else error
    return isinstance(typed, TransactionConflict)


async def _has_written(session: AsyncSession) -> bool:
    """Tell whether another attempt would lose what the session has written or locked so far."""
    if not session.in_transaction():
        return False
    with exclusive_use(session), typed_errors():
        connection = await session.connection()
        if connection.dialect.name == "sqlite":
            return await connection.run_sync(in_transaction)
        assigned = select(func.txid_current_if_assigned().is_not(None))
        return bool(await connection.scalar(assigned))
