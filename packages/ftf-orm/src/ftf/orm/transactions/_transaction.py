"""`transaction`: one commit for many writes, and savepoints within it."""

import logging
from asyncio import CancelledError, Task, current_task
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from inspect import isawaitable

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from ftf.container import defer_until_commit

from ..engine._autocommit import commits_each_statement
from ..engine._driver_errors import typed_error, typed_errors
from ..engine._sqlite import begin_immediate, refuse_another
from ..exceptions import CommitOutcomeUnknown, TransactionConflict, TransactionMisuse
from ._commit import commit
from ._savepoint import flush_alone
from ._session_state import SessionState, exclusive_use, has_explicit_transaction

type Callback = Callable[[], Awaitable[object] | object]

_logger = logging.getLogger("ftf.orm")


class Transaction:
    """An open transaction, or a savepoint within one; made by `transaction`."""

    def __init__(self, session: AsyncSession, parent: "Transaction | None") -> None:
        self.session = session
        self._parent = parent
        self.task: Task[object] | None = current_task()
        self._boundary: SessionTransaction | None = None
        self._begun: object = None
        self._committing = False
        self._ended = False
        self._has_lost = False
        self._after_commit: list[Callback] = []
        self._after_rollback: list[Callback] = []

    @property
    def is_savepoint(self) -> bool:
        """Whether the block is within another `transaction` block."""
        return self._parent is not None

    def after_commit(self, callback: Callback) -> None:
        """Call a function, plain or async, after the outermost transaction is committed.

        Raises:
            TransactionMisuse: The block has ended.
        """
        self._refuse_late_callback()
        self._after_commit.append(callback)

    def after_rollback(self, callback: Callback) -> None:
        """Call a function, plain or async, if this transaction or one around it is rolled back.

        Neither kind of callback is called if the outcome is unknown: after `CommitOutcomeUnknown`,
        or if the task is cancelled during COMMIT.

        Raises:
            TransactionMisuse: The block has ended.
        """
        self._refuse_late_callback()
        self._after_rollback.append(callback)

    def refuse_to_commit(self, nested: SessionTransaction | None) -> None:
        """Refuse `session.commit()`, unless it releases a savepoint opened in the block.

        Raises:
            TransactionMisuse: It would commit the whole transaction.
        """
        if nested is None or nested is self._boundary:
            raise TransactionMisuse(
                "session.commit() inside transaction(): the block commits at its end; "
                "leave the call out, or move it after the block"
            )

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        block = self._outermost() if self._parent is None else self._savepoint()
        try:
            with defer_until_commit(self, SessionState.of(self.session).units):
                async with block:
                    yield
        except BaseException as error:
            self._ended, self._has_lost = True, is_conflict(error)
            if not self._may_be_stored(error):
                await _call(self._after_rollback, "rolled back", error)
            elif callbacks := len(self._after_commit):
                _logger.warning(
                    "COMMIT: outcome unknown, so %s callbacks were not called", callbacks
                )
            raise
        self._ended = True
        if self._parent is None:
            await _call(self._after_commit, "committed")
        else:
            self._parent._after_commit += self._after_commit  # noqa: SLF001  # of this class
            self._parent._after_rollback += self._after_rollback  # noqa: SLF001

    @asynccontextmanager
    async def _outermost(self) -> AsyncIterator[None]:
        with exclusive_use(self.session):
            self._refuse_to_begin()
        try:
            await self._begin()
            with self._innermost():
                yield
            await self._commit()
        except BaseException:
            with exclusive_use(self.session):
                await self.session.rollback()
            raise

    @asynccontextmanager
    async def _savepoint(self) -> AsyncIterator[None]:
        with exclusive_use(self.session), typed_errors():
            await flush_alone(self.session)
        async with self.session.begin_nested() as nested:
            self._boundary = nested.sync_transaction
            with self._innermost():
                yield
            with exclusive_use(self.session), typed_errors():
                await self.session.flush()

    def _refuse_to_begin(self) -> None:
        if has_explicit_transaction(self.session):
            raise TransactionMisuse(
                "transaction() inside session.begin() or session.begin_nested(), which commit "
                "by themselves: use transaction(session) instead"
            )
        if commits_each_statement(self.session.sync_session.get_bind()):
            raise TransactionMisuse(
                'transaction() on an engine with isolation_level="AUTOCOMMIT", where nothing can '
                "be rolled back: use an engine without it"
            )

    async def _begin(self) -> None:
        sync = self.session.sync_session
        with exclusive_use(self.session), typed_errors():
            self._boundary = sync.get_transaction() or sync.begin()
            if sync.get_bind().dialect.name == "sqlite":
                self._begun = await (await self.session.connection()).run_sync(begin_immediate)

    @contextmanager
    def _innermost(self) -> Iterator[None]:
        state = SessionState.of(self.session)
        state.transaction = self
        try:
            yield
        finally:
            state.transaction = self._parent

    async def _commit(self) -> None:
        if self.session.sync_session.get_transaction() is not self._boundary:
            raise TransactionMisuse(
                "The session was rolled back or closed inside transaction(): raise an error to "
                "roll back, and close the session after the block"
            )
        with exclusive_use(self.session), typed_errors():
            await self.session.flush()
            if self._begun is not None:
                refuse_another(self.session.sync_session.connection(), self._begun)
            self._committing = True
            await commit(self.session)

    def _refuse_late_callback(self) -> None:
        if self._ended:
            raise TransactionMisuse(
                "The transaction has ended, so the callback would never be called: "
                "register it inside the block"
            )

    def _may_be_stored(self, error: BaseException) -> bool:
        unknown = isinstance(error, CommitOutcomeUnknown) or not isinstance(error, Exception)
        return self._committing and unknown


@asynccontextmanager
async def transaction(session: AsyncSession) -> AsyncIterator[Transaction]:
    """Commit the writes of the block at its end, or roll them back if it raises.

    A block within another one is a savepoint: if it raises and the outer one goes on, only its
    own writes are rolled back. Records that were loaded before get the values back that they had
    before the block; values that the block has read after its first write expire. On SQLite the
    outermost block is the only writer from its beginning. Callbacks run after the outermost block,
    even if some of them raise.

    Raises:
        ConcurrentUse: Another task has a transaction of the session open.
        ConstraintViolation: Pending changes violate a constraint of the database.
        TransactionConflict: It lost against another transaction; see `run_transaction`.
        CommitOutcomeUnknown: The connection broke during COMMIT.
        TransactionMisuse: The session was committed or rolled back in the block, the database or
            another session has ended the transaction, the block is within `session.begin()`, or
            the engine commits each statement.
        ExceptionGroup: Callbacks failed. The commit stands.
    """
    around = SessionState.of(session).transaction
    opened = Transaction(session, around if isinstance(around, Transaction) else None)
    async with opened._open():  # noqa: SLF001  # of this module
        yield opened


def is_conflict(error: BaseException) -> bool:
    """Return whether an error is a conflict, after which another attempt can succeed."""
    typed = typed_error(error) if isinstance(error, DBAPIError) else error
    return isinstance(typed, TransactionConflict)


async def _call(callbacks: list[Callback], outcome: str, *errors: BaseException) -> None:
    """Call all callbacks, even if some fail or the task is cancelled meanwhile."""
    failures: list[Exception] = []
    cancelled: CancelledError | None = None
    for callback in callbacks:
        try:
            if isawaitable(result := callback()):
                await result
        except CancelledError as cancellation:
            cancelled = cancellation
        except Exception as failure:  # noqa: BLE001  # raised below, with the others
            failures.append(failure)
    try:
        if failures:
            message = f"the transaction was {outcome}, and {len(failures)} of its callbacks failed"
            raise BaseExceptionGroup(message, [*errors, *failures])
    finally:
        if cancelled is not None:
            raise cancelled


def _refuse_to_commit(session: Session) -> None:
    opened = SessionState.of(session).transaction
    if opened is not None:
        opened.refuse_to_commit(session.get_nested_transaction())


event.listen(Session, "before_commit", _refuse_to_commit)  # where `transaction` is open
