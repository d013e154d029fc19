"""What this package remembers about a session: who uses it, and which transaction is open."""

from types import TracebackType
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from .exceptions import ConcurrentUse

if TYPE_CHECKING:
    from ._transaction import Transaction

_IN_USE = "ftf.orm.in_use"
TRANSACTION = "ftf.orm.transaction"


class exclusive_use:  # noqa: N801  # a context manager, and a class because it runs on every call
    """Keep other tasks off a session while one of its operations runs; none contains another.

    Raises:
        ConcurrentUse: Another task's operation is running.
    """

    __slots__ = ("_info",)

    def __init__(self, session: AsyncSession) -> None:
        self._info = session.info

    def __enter__(self) -> None:
        if _IN_USE in self._info:
            raise ConcurrentUse
        self._info[_IN_USE] = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        del self._info[_IN_USE]


def open_transaction(session: AsyncSession) -> "Transaction | None":
    """Find the innermost transaction that is open on a session."""
    found: Transaction | None = session.info.get(TRANSACTION)
    return found


def set_open_transaction(session: AsyncSession, transaction: "Transaction | None") -> None:
    """Remember the innermost transaction that is open on a session."""
    session.info[TRANSACTION] = transaction
