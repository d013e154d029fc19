"""Restoring of records after a rollback, by one set of snapshots a transaction or savepoint.

SQLAlchemy expires the records of a session when it rolls back, and async code cannot load them
again by reading an attribute. Instead, a snapshot is taken of a record before it is written, and
restored. A value that was read after the first write that is rolled back can be that write's, so it
expires. All other values stay loaded.
"""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, FromClause, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.orm import InstanceState, Mapper, Session, SessionTransaction
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.loading import _new_runid  # noqa: PLC2701  # the clock of `InstanceState.runid`

from .._session_state import SessionState, is_in_use
from ._snapshot import NewSnapshot, Snapshot

type Tables = AbstractSet[FromClause | None]

_SNAPSHOTS = "ftf_orm_snapshots"  # in a session, and in the execution options of its connections
_CHANGES_NO_RECORD = re.compile(
    r"\s*(SELECT|VALUES|EXPLAIN|PRAGMA|SHOW|SET|BEGIN|SAVEPOINT|RELEASE|ROLLBACK"
    r"|WITH(?!.*\b(INSERT|UPDATE|DELETE|REPLACE|MERGE)\b))\b",
    re.IGNORECASE | re.DOTALL,
)


class Snapshots:
    """The snapshots that one transaction or savepoint restores when it is rolled back."""

    def __init__(self, transaction: SessionTransaction) -> None:
        self._transaction = transaction
        self._taken: WeakKeyDictionary[InstanceState[Any], Snapshot | NewSnapshot] = (
            WeakKeyDictionary()
        )
        self.first_write: int | None = None
        self.bulk: set[FromClause | None] = set()
        self.is_committing = False

    @property
    def session(self) -> Session:
        """The session of the transaction."""
        return self._transaction.session

    @property
    def is_flushing(self) -> bool:
        """Whether a flush of the session is running."""
        return self.session._flushing  # noqa: SLF001  # no public name

    def __contains__(self, state: InstanceState[Any]) -> bool:
        return state in self._taken

    def take(self, state: InstanceState[Any], unknown: frozenset[str] = frozenset()) -> None:
        """Take the snapshot of a record before it is written, unless there is one.

        Args:
            state: The state of the record.
            unknown: The attributes whose values have changed since.
        """
        if state in self._taken:
            return
        if state.key is None:
            self._taken[state] = NewSnapshot.of(state)
        else:
            read_too_late = self._was_read_after_a_write(state)
            unknown = frozenset(state.manager) if read_too_late else unknown
            self._taken[state] = Snapshot.of(state, unknown)

    def discard(self, state: InstanceState[Any]) -> None:
        """Remove the snapshot of a record."""
        self._taken.pop(state, None)

    def expire_written(self) -> None:
        """Make a rollback expire the written records instead: COMMIT can have stored them."""
        for state in [*self._taken]:
            self.discard(state)
            self.take(state, frozenset(state.manager))

    def restore(self, *, dirty_only: bool = False) -> None:
        """Replace `SessionTransaction._restore_snapshot`, which expires unwritten records too."""
        session = self.session
        if not is_in_use(session):
            SessionTransaction._restore_snapshot(self._transaction, dirty_only=dirty_only)  # noqa: SLF001
            return
        self._take_the_rest(session)
        SessionTransaction._restore_snapshot(self._transaction, dirty_only=True)  # noqa: SLF001
        snapshots = _snapshots_of(session)
        outer = snapshots[: snapshots.index(self)]
        for state, snapshot in self._taken.items():
            snapshot.restore(state, session)
            if state.key is None:  # a later write stores the values it has by then
                for other in outer:
                    other.discard(state)
        for other in outer:
            if other.first_write == self.first_write:
                other.first_write = None

    def _take_the_rest(self, session: Session) -> None:
        """Take snapshots of unwritten changes, and of the records that were read after a write."""
        pending = map(instance_state, (*session.dirty, *session.deleted))
        for state in (*self._transaction._dirty, *pending):  # noqa: SLF001  # no public name
            self.take(state)
        if self.first_write is not None and _new_runid() > self.first_write + 1:
            for state in session.identity_map.all_states():
                if self._was_read_after_a_write(state):
                    self.take(state)

    def _was_read_after_a_write(self, state: InstanceState[Any]) -> bool:
        return self.first_write is not None and (state.runid or 0) > self.first_write


def take(session: Session, record: object) -> None:
    """Take the snapshot of a record before a statement, not a flush, writes its relationships."""
    _take(_snapshots_of(session), instance_state(record))


def take_before_reading(session: Session, records: Iterable[object]) -> None:
    """Take snapshots of records before a read can give them values that are rolled back later."""
    flushes = bool(session.new or session.dirty or session.deleted)
    affected = [found for found in _snapshots_of(session) if flushes or found.first_write]
    for record in records if affected else ():
        for snapshots in affected:
            snapshots.take(instance_state(record))


def is_committing(session: Session) -> bool:
    """Return whether COMMIT was sent."""
    return any(snapshots.is_committing for snapshots in _snapshots_of(session))


def expire_written(session: Session) -> None:
    """Make the rollback expire all that a transaction has written: its outcome is unknown."""
    for snapshots in _snapshots_of(session):
        snapshots.expire_written()


def written_in_bulk(session: Session) -> Tables:
    """Return the tables that statements, not flushes, have written; None is an unknown one."""
    stack = _snapshots_of(session)
    return stack[0].bulk if stack else set()


def _snapshots_of(session: Session) -> list[Snapshots]:
    """Return the snapshots of a session's transactions, the outermost first."""
    found: list[Snapshots] = session.info.setdefault(_SNAPSHOTS, [])
    return found


def _snapshots_around(state: InstanceState[Any]) -> list[Snapshots]:
    # SQLAlchemy sends "refresh" also for a composite of a record without a session.
    return _snapshots_of(state.session) if state.session is not None else []


def _take(stack: list[Snapshots], state: InstanceState[Any]) -> None:
    if stack and state not in stack[-1]:  # the outer ones have what the innermost has
        for snapshots in stack:
            snapshots.take(state)


def _begin(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None or transaction.nested:
        snapshots = Snapshots(transaction)
        _snapshots_of(session).append(snapshots)
        # SQLAlchemy has no option that turns this expiry off, and sends no after_rollback event
        # if the connection breaks in ROLLBACK.
        vars(transaction)["_restore_snapshot"] = snapshots.restore


def _end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None or transaction.nested:
        _snapshots_of(session).pop()
        del vars(transaction)["_restore_snapshot"]  # which would be a reference cycle


def _share_snapshots(session: Session, _: SessionTransaction, connection: Connection) -> None:
    stack = _snapshots_of(session)
    if connection.get_execution_options().get(_SNAPSHOTS) is not stack:
        connection.execution_options(**{_SNAPSHOTS: stack})


def _record_statement(
    connection: Connection,
    _cursor: DBAPICursor,
    statement: str,
    _parameters: object,
    context: ExecutionContext | None,
    _many: bool,  # noqa: FBT001  # SQLAlchemy passes it by position
) -> None:
    stack: list[Snapshots] | None = connection.get_execution_options().get(_SNAPSHOTS)
    if not stack or _CHANGES_NO_RECORD.match(statement):
        return
    SessionState.of(stack[0].session).has_written = True
    if stack[-1].first_write is None:
        now = _new_runid()
        for snapshots in stack:
            snapshots.first_write = snapshots.first_write or now
    if not stack[0].is_flushing:
        compiled = context.compiled if context else None
        stack[0].bulk.add(getattr(getattr(compiled, "statement", None), "table", None))


def _record_commit(connection: Connection) -> None:
    for snapshots in connection.get_execution_options().get(_SNAPSHOTS, ()):
        snapshots.is_committing = True


def _take_new(session: Session, *_: object) -> None:
    stack = _snapshots_of(session)
    for record in session.new:
        _take(stack, instance_state(record))


def _take_written(_: Mapper[Any], _connection: Connection, state: InstanceState[Any]) -> None:
    _take(_snapshots_around(state), state)


def _take_read(state: InstanceState[Any], context: object, names: set[str] | None) -> None:
    """Take the snapshot of a record that is read again, without the attributes that were read."""
    changed = frozenset(state.manager if names is None else names)
    if context is None:  # a bulk UPDATE, which names only the values passed to it
        columns = (column for column in state.mapper.columns if column.onupdate is not None)
        changed |= {state.mapper.get_property_by_column(column).key for column in columns}
    for snapshots in _snapshots_around(state):
        if snapshots.first_write is not None:
            snapshots.take(state, changed)


event.listen(Session, "after_transaction_create", _begin)
event.listen(Session, "after_transaction_end", _end)
event.listen(Session, "after_begin", _share_snapshots)
event.listen(Session, "before_flush", _take_new)
event.listen(Mapper, "before_update", _take_written, raw=True)
event.listen(Mapper, "before_delete", _take_written, raw=True)
event.listen(Mapper, "refresh", _take_read, raw=True)
event.listen(Engine, "before_cursor_execute", _record_statement)
event.listen(Engine, "commit", _record_commit)
