"""What this package knows about a session: who uses it, who commits it, and what is pending."""

from asyncio import current_task
from types import TracebackType
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransactionOrigin

from ..exceptions import ConcurrentUse

if TYPE_CHECKING:
    from ._transaction import Transaction

_IN_USE = "ftf.orm.in_use"
TRANSACTION = "ftf.orm.transaction"


class exclusive_use:  # noqa: N801  # a context manager, and a class because it runs on every call
    """Keep other tasks off a session while one of its operations runs; none contains another.

    Raises:
        ConcurrentUse: Another task's operation is running, or its transaction is open.
    """

    __slots__ = ("_info",)

    def __init__(self, session: AsyncSession) -> None:
        self._info = session.sync_session.info

    def __enter__(self) -> None:
        opened: Transaction | None = self._info.get(TRANSACTION)
        if _IN_USE in self._info or (opened is not None and opened.task is not current_task()):
            raise ConcurrentUse
        self._info[_IN_USE] = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        del self._info[_IN_USE]


def is_in_use(session: Session) -> bool:
    """Return whether an operation of this package, or a `transaction`, is open on a session."""
    return _IN_USE in session.info or session.info.get(TRANSACTION) is not None


def open_transaction(session: AsyncSession) -> "Transaction | None":
    """Find the innermost transaction that is open on a session."""
    found: Transaction | None = session.info.get(TRANSACTION)
    return found


def set_open_transaction(session: AsyncSession, transaction: "Transaction | None") -> None:
    """Remember the innermost transaction that is open on a session."""
    session.info[TRANSACTION] = transaction


def somebody_commits(session: AsyncSession) -> bool:
    """Tell a unit of work from what SQLAlchemy begins by itself at the first statement."""
    sync = session.sync_session
    if open_transaction(session) is not None or sync.in_nested_transaction():
        return True
    begun = sync.get_transaction()
    return begun is not None and begun.origin is SessionTransactionOrigin.BEGIN


def has_pending(session: AsyncSession, besides: object = None) -> bool:
    """Tell whether a session has records to write, besides one."""
    sync = session.sync_session
    pending = (sync.new, sync.dirty, sync.deleted)
    return any(record is not besides for records in pending for record in records)
