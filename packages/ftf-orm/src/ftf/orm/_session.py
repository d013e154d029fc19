"""What this package remembers about a session: who uses it, and which transaction is open."""

from asyncio import Task, current_task
from types import TracebackType
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from .exceptions import ConcurrentUse

if TYPE_CHECKING:
    from ._transaction import Transaction

_USER = "ftf.orm.user"
TRANSACTION = "ftf.orm.transaction"


class exclusive_use:  # noqa: N801  # a context manager, and a class because it runs on every call
    """Keep other tasks off a session while one of its operations runs.

    Raises:
        ConcurrentUse: Another task's operation is running.
    """

    __slots__ = ("_info", "_outermost")

    def __init__(self, session: AsyncSession) -> None:
        self._info = session.info
        self._outermost = False

    def __enter__(self) -> None:
        task = current_task()
        user: Task[object] | None = self._info.get(_USER)
        if user is None:
            self._info[_USER] = task
            self._outermost = True
        elif user is not task:
            raise ConcurrentUse

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._outermost:
            del self._info[_USER]


def open_transaction(session: AsyncSession) -> "Transaction | None":
    """Find the innermost transaction that is open on a session."""
    found: Transaction | None = session.info.get(TRANSACTION)
    return found


def set_open_transaction(session: AsyncSession, transaction: "Transaction | None") -> None:
    """Remember the innermost transaction that is open on a session."""
    session.info[TRANSACTION] = transaction
