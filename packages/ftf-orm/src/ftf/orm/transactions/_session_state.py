"""The state of a session: its running operation, its innermost transaction, and what is pending."""

from asyncio import Task, current_task
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction, SessionTransactionOrigin

from ftf.container import UnitsOfWork

from ..exceptions import ConcurrentUse

_STATE = "ftf.orm"


class OpenTransaction(Protocol):
    """What a session has to know of an open `transaction`."""

    task: Task[object] | None

    def refuse_to_commit(self, nested: SessionTransaction | None) -> None:
        """Raise if a commit would end the transaction before its block does."""


@dataclass(slots=True)
class SessionState:
    """What this package stores about a session.

    Args:
        in_use: Whether one of its operations is running.
        transaction: The innermost open `transaction`.
        units: The units of work of the scope that the session belongs to, if that is known.
        has_written: Whether it has written, or is about to, so that replicas can be behind.
        reads_from: The replica that it reads from, or the primary if it reached none.
        primary: The primary of its last statement, if that went to a replica.
    """

    in_use: bool = False
    transaction: OpenTransaction | None = None
    units: UnitsOfWork | None = None
    has_written: bool = False
    reads_from: Engine | None = None
    primary: Engine | None = None

    @classmethod
    def of(cls, session: Session | AsyncSession) -> "SessionState":
        """Return the state of a session."""
        info = session.info
        if _STATE not in info:
            info[_STATE] = cls()
        state: SessionState = info[_STATE]
        return state


class exclusive_use:  # noqa: N801  # a context manager, and a class because it runs on every call
    """Keep other tasks off a session while one of its operations runs; none contains another.

    Raises:
        ConcurrentUse: An operation of another task is running, or its transaction is open.
    """

    __slots__ = ("_state",)

    def __init__(self, session: AsyncSession) -> None:
        self._state = SessionState.of(session)

    def __enter__(self) -> None:
        opened = self._state.transaction
        if self._state.in_use or (opened is not None and opened.task is not current_task()):
            raise ConcurrentUse
        self._state.in_use = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._state.in_use = False


def is_in_use(session: Session) -> bool:
    """Return whether an operation of this package, or a `transaction`, is open on a session."""
    state = SessionState.of(session)
    return state.in_use or state.transaction is not None


def has_explicit_transaction(session: AsyncSession) -> bool:
    """Return whether an explicit transaction is open; SQLAlchemy's autobegin does not count."""
    return has_begun(session.sync_session)


def has_begun(session: Session) -> bool:
    """Return whether an explicit transaction of a synchronous session is open."""
    if SessionState.of(session).transaction is not None or session.in_nested_transaction():
        return True
    begun = session.get_transaction()
    return begun is not None and begun.origin is SessionTransactionOrigin.BEGIN


def has_pending(session: AsyncSession, besides: object = None) -> bool:
    """Return whether a session has pending changes, those of one record left out."""
    sync = session.sync_session
    pending = (sync.new, sync.dirty, sync.deleted)
    return any(record is not besides for records in pending for record in records)
