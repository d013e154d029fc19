"""What a rollback restores: snapshots of records, one set for each transaction and savepoint.

SQLAlchemy expires what a session holds when it rolls back, and async code cannot load it again by
touching it. Records are noted before they are written instead, and restored; a value that was read
after the first write that is undone may be that write's, so it expires. Whatever else was loaded
stays loaded.
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
from sqlalchemy.orm.loading import _new_runid  # noqa: PLC2701  # the clock of `runid`

from ._session_state import is_in_use
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
    def is_flushing(self) -> bool:
        """Whether the session writes its records at the moment."""
        return self._transaction.session._flushing  # noqa: SLF001  # no public name

    def __contains__(self, state: InstanceState[Any]) -> bool:
        return state in self._taken

    def take(self, state: InstanceState[Any], unknown: frozenset[str] = frozenset()) -> None:
        """Note how a record is before it is written, unless that was noted before.

        Args:
            state: The state of the record.
            unknown: The attributes that have other values by now.
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
        """Forget how a record was."""
        self._taken.pop(state, None)

    def forget_values(self) -> None:
        """Have written records read again instead: COMMIT may have stored them."""
        for state in [*self._taken]:
            self.discard(state)
            self.take(state, frozenset(state.manager))

    def restore(self, *, dirty_only: bool = False) -> None:
        """Do what `SessionTransaction._restore_snapshot` does, but keep what was not written."""
        session = self._transaction.session
        if not is_in_use(session):
            SessionTransaction._restore_snapshot(self._transaction, dirty_only=dirty_only)  # noqa: SLF001
            return
        self._take_the_rest(session)
        SessionTransaction._restore_snapshot(self._transaction, dirty_only=True)  # noqa: SLF001
        snapshots = _snapshots_of(session)
        outer = snapshots[: snapshots.index(self)]
        for state, snapshot in self._taken.items():
            snapshot.restore(state, session)
            if state.key is None:  # whoever stores it again stores what it is by then
                for other in outer:
                    other.discard(state)
        for other in outer:
            if other.first_write == self.first_write:
                other.first_write = None

    def _take_the_rest(self, session: Session) -> None:
        """Note what SQLAlchemy would expire though it was not written, and what was read late."""
        pending = map(instance_state, (*session.dirty, *session.deleted))
        for state in (*self._transaction._dirty, *pending):  # noqa: SLF001  # no public name
            self.take(state)
        if self.first_write is not None and _new_runid() > self.first_write + 1:
            for state in session.identity_map.all_states():
                if self._was_read_after_a_write(state):
                    self.take(state)

    def _was_read_after_a_write(self, state: InstanceState[Any]) -> bool:
        return self.first_write is not None and (state.runid or 0) > self.first_write


def note(session: Session, record: object) -> None:
    """Note how a record is, before something else than a flush writes what belongs to it."""
    _note(_snapshots_of(session), instance_state(record))


def note_before_reading(session: Session, records: Iterable[object]) -> None:
    """Note how records are, before they are read again and may get what is undone later."""
    flushes = bool(session.new or session.dirty or session.deleted)
    noted = [found for found in _snapshots_of(session) if flushes or found.first_write]
    for record in records if noted else ():
        for snapshots in noted:
            snapshots.take(instance_state(record))


def is_committing(session: Session) -> bool:
    """Return whether COMMIT was sent, so that it may have been done."""
    return any(snapshots.is_committing for snapshots in _snapshots_of(session))


def forget_values(session: Session) -> None:
    """Have all that a transaction has written read again, because its outcome is unknown."""
    for snapshots in _snapshots_of(session):
        snapshots.forget_values()


def written_in_bulk(session: Session) -> Tables:
    """Return the tables that statements, not flushes, have written; None for an unknown one."""
    noted = _snapshots_of(session)
    return noted[0].bulk if noted else set()


def _snapshots_of(session: Session) -> list[Snapshots]:
    """Return the snapshots of a session's transactions, the outermost first."""
    found: list[Snapshots] = session.info.setdefault(_SNAPSHOTS, [])
    return found


def _noted_around(state: InstanceState[Any]) -> list[Snapshots]:
    # Reading a composite of a record outside of any session is a "refresh" too.
    return _snapshots_of(state.session) if state.session is not None else []


def _note(noted: list[Snapshots], state: InstanceState[Any]) -> None:
    if noted and state not in noted[-1]:  # the outer ones have what the innermost has
        for snapshots in noted:
            snapshots.take(state)


def _begin(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None or transaction.nested:
        snapshots = Snapshots(transaction)
        _snapshots_of(session).append(snapshots)
        # SQLAlchemy has no name for "do not expire"; an event would be left out where the
        # connection breaks in ROLLBACK.
        vars(transaction)["_restore_snapshot"] = snapshots.restore


def _end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None or transaction.nested:
        _snapshots_of(session).pop()
        del vars(transaction)["_restore_snapshot"]  # which would be a cycle


def _follow(session: Session, _: SessionTransaction, connection: Connection) -> None:
    noted = _snapshots_of(session)
    if connection.get_execution_options().get(_SNAPSHOTS) is not noted:
        connection.execution_options(**{_SNAPSHOTS: noted})


def _note_statement(
    connection: Connection,
    _cursor: DBAPICursor,
    statement: str,
    _parameters: object,
    context: ExecutionContext | None,
    _many: bool,  # noqa: FBT001  # SQLAlchemy passes it by position
) -> None:
    noted: list[Snapshots] | None = connection.get_execution_options().get(_SNAPSHOTS)
    if not noted or _CHANGES_NO_RECORD.match(statement):
        return
    if noted[-1].first_write is None:
        now = _new_runid()
        for snapshots in noted:
            snapshots.first_write = snapshots.first_write or now
    if not noted[0].is_flushing:
        compiled = context.compiled if context else None
        noted[0].bulk.add(getattr(getattr(compiled, "statement", None), "table", None))


def _note_commit(connection: Connection) -> None:
    for snapshots in connection.get_execution_options().get(_SNAPSHOTS, ()):
        snapshots.is_committing = True


def _note_new(session: Session, *_: object) -> None:
    noted = _snapshots_of(session)
    for record in session.new:
        _note(noted, instance_state(record))


def _note_written(_: Mapper[Any], _connection: Connection, state: InstanceState[Any]) -> None:
    _note(_noted_around(state), state)


def _note_read(state: InstanceState[Any], context: object, names: set[str] | None) -> None:
    """Note the other attributes of a record that was loaded already when it was read."""
    changed = frozenset(state.manager if names is None else names)
    if context is None:  # a bulk UPDATE, which names the values that it was given
        columns = (column for column in state.mapper.columns if column.onupdate is not None)
        changed |= {state.mapper.get_property_by_column(column).key for column in columns}
    for snapshots in _noted_around(state):
        if snapshots.first_write is not None:
            snapshots.take(state, changed)


event.listen(Session, "after_transaction_create", _begin)
event.listen(Session, "after_transaction_end", _end)
event.listen(Session, "after_begin", _follow)
event.listen(Session, "before_flush", _note_new)
event.listen(Mapper, "before_update", _note_written, raw=True)
event.listen(Mapper, "before_delete", _note_written, raw=True)
event.listen(Mapper, "refresh", _note_read, raw=True)
event.listen(Engine, "before_cursor_execute", _note_statement)
event.listen(Engine, "commit", _note_commit)
