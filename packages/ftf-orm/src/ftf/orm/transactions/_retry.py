"""`run_transaction`: a function in a transaction, run again after a conflict."""

from asyncio import sleep
from collections.abc import Awaitable, Callable
from random import uniform

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from ..engine._sqlite import in_transaction
from ..exceptions import TransactionMisuse
from ..models._in_place import changed_in_place
from ._operation import read
from ._session_state import has_explicit_transaction
from ._transaction import Transaction, is_conflict, transaction
from .restoring._loaded_before import LoadedBefore

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0  # seconds


async def run_transaction[R](
    session: AsyncSession, work: Callable[[Transaction], Awaitable[R]], *, attempts: int = 3
) -> R:
    """Run a function in a transaction, again if it loses against another transaction.

    A conflict rolls back the whole function and runs it again, so it has to load the records that
    it works on, in the first attempt too, and to leave effects outside of the database to
    `tx.after_commit`. Records that were loaded before have only their primary keys in it; reading
    another value raises `ColumnNotLoaded` until the record is read again. Afterwards their values
    are restored, except those that the function has read or written, or may have written by
    statements of its own. The pause before an attempt grows, and is random so that two losers do
    not conflict again ("full jitter",
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Within another
    transaction, or if the session has uncommitted writes, there is one attempt: another one would
    have to repeat those too.

    Args:
        session: The session to work in.
        work: The function; it takes the transaction.
        attempts: The number of attempts, at least 1.

    Returns:
        The result of the function.

    Raises:
        TransactionConflict: The last attempt lost too.
        TransactionMisuse: The session has pending changes, which another attempt would lose.
        ExceptionGroup: Callbacks failed, also those of an attempt that lost. The commit stands.
        ValueError: attempts is less than 1.
    """
    if attempts < 1:
        raise ValueError(f"attempts must be at least 1, not {attempts}")
    if attempts == 1 or has_explicit_transaction(session) or await _has_written(session):
        async with transaction(session) as opened:
            return await work(opened)
    _refuse_changes(session.sync_session)
    return await _Attempts(session, work, attempts).run()


class _Attempts[R]:
    """The attempts of one `run_transaction`."""

    def __init__(
        self, session: AsyncSession, work: Callable[[Transaction], Awaitable[R]], attempts: int
    ) -> None:
        self._session = session
        self._work = work
        self._left = attempts
        self._loaded = LoadedBefore(session.sync_session)
        self._failures: list[Exception] = []  # of callbacks

    async def run(self) -> R:
        """Run attempts until one succeeds, fails without a conflict, or is the last.

        Raises:
            ExceptionGroup: Callbacks failed after attempts that were rolled back.
        """
        pause = _FIRST_PAUSE
        try:
            while not (done := await self._try()):
                pause = min(_LONGEST_PAUSE, 2 * pause)
                await sleep(uniform(0, pause))  # noqa: S311  # no secret
        except BaseException as error:
            self._loaded.restore()
            self._report("rolled back", error)
            raise
        self._report("committed")
        return done[0]

    async def _try(self) -> tuple[R] | None:
        """Return the result, or None after a conflict if attempts are left."""
        self._left -= 1
        self._loaded.expire()  # other transactions can have changed them
        opened: Transaction | None = None
        try:
            async with transaction(self._session) as opened:
                result = await self._work(opened)
                self._loaded.restore()
        except Exception as error:
            has_lost = is_conflict(error) if opened is None else opened._has_lost  # noqa: SLF001
            if not self._left or not has_lost:
                raise
            if isinstance(error, ExceptionGroup):  # the conflict, then the errors of callbacks
                self._failures += error.exceptions[1:]
            return None
        return (result,)

    def _report(self, outcome: str, *errors: BaseException) -> None:
        if self._failures:
            count = len(self._failures)
            message = f"the transaction was {outcome}, and {count} callbacks of attempts failed"
            raise BaseExceptionGroup(message, [*errors, *self._failures])


def _refuse_changes(session: Session) -> None:
    changed = any(session.is_modified(record) for record in session.dirty)
    changed = changed or any(map(any, map(changed_in_place, session.identity_map.all_states())))
    if session.new or session.deleted or changed:
        raise TransactionMisuse(
            "The session has pending changes, which another attempt would lose: "
            "commit them before run_transaction(), or make them in its function"
        )


async def _has_written(session: AsyncSession) -> bool:
    """Return whether the session has uncommitted writes or locks, which a retry would lose."""
    if not session.in_transaction():
        return False
    return await read(session, lambda: _holds_locks(session))


async def _holds_locks(session: AsyncSession) -> bool:
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        return await connection.run_sync(in_transaction)
    assigned = select(func.txid_current_if_assigned().is_not(None))
    return bool(await connection.scalar(assigned))
