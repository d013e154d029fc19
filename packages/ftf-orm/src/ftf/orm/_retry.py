"""Transactions that are tried again when they lose against another one."""

from asyncio import sleep
from collections.abc import Awaitable, Callable
from random import uniform

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from ._errors import typed_error
from ._kept import Loaded, forget, give_back, written
from ._session import open_transaction
from ._transaction import Transaction, transaction
from .exceptions import TransactionConflict, TransactionMisuse

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0  # seconds


async def run_transaction[R](
    session: AsyncSession, work: Callable[[Transaction], Awaitable[R]], *, attempts: int = 3
) -> R:
    """Run a function in a transaction, again if it loses against another transaction.

    What is tried again is the whole function, with nothing left of the attempt before: it has to
    load what it works on, and to leave the outside world to `tx.after_commit`. The pause before
    grows, and is random so that two losers do not meet again ("full jitter",
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Within another
    transaction there is one attempt: that one has to be tried again as a whole.

    Args:
        session: The session to work in.
        work: What to do; takes the transaction.
        attempts: How often to try, at least 1.

    Returns:
        What the function returns.

    Raises:
        TransactionConflict: The last attempt lost too.
        TransactionMisuse: The session has changes that another attempt could not make again.
        ValueError: There are less than 1 attempts.
    """
    if attempts < 1:
        raise ValueError(f"attempts must be at least 1, not {attempts}")
    if open_transaction(session) is not None or attempts == 1:
        return await _run(session, work, [])
    _refuse_changes(session.sync_session)
    loaded: list[Loaded] = []
    try:
        for attempt in range(1, attempts):
            try:
                return await _run(session, work, loaded)
            except (TransactionConflict, DBAPIError) as error:
                if not _lost(error):
                    raise
            loaded = [*forget(session.sync_session), *loaded]  # others have changed it
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
            "The session has changes that are not committed, which another attempt would lose: "
            "store them before run_transaction(), or make them in its work"
        )


def _lost(error: TransactionConflict | DBAPIError) -> bool:
    typed = typed_error(error) if isinstance(error, DBAPIError) else error
    return isinstance(typed, TransactionConflict)
