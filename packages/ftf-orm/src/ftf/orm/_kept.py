"""What was loaded, kept across a rollback."""

from collections.abc import Container, Mapping, MutableMapping
from dataclasses import dataclass
from types import TracebackType
from weakref import WeakKeyDictionary

from sqlalchemy import event, inspect
from sqlalchemy.orm import InstanceState, Session, SessionTransaction, UOWTransaction
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.base import NO_VALUE

_KEPT = "ftf.orm.kept"
_BEFORE = "ftf.orm.before"


# Without the record, which would keep itself alive.
type _Before = WeakKeyDictionary[InstanceState[object], tuple[Mapping[str, object], frozenset[str]]]
type _Befores = MutableMapping[SessionTransaction, _Before]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded in a record, and which attributes were expired; others were never set."""

    record: object
    values: Mapping[str, object]
    expired: frozenset[str]

    @classmethod
    def of(cls, record: object) -> "Loaded":
        """Look at a record."""
        state = inspect(record)
        loaded = {**state.dict, **state.committed_state}
        known = state.mapper.attrs.keys() & loaded.keys()
        values = {name: loaded[name] for name in known if loaded[name] is not NO_VALUE}
        return cls(record, values, frozenset(state.expired_attributes))

    def give_back(self) -> None:
        """Have again what is expired now and was not then."""
        state = inspect(self.record)
        for name in self.values.keys() - state.dict.keys():
            set_committed_value(self.record, name, self.values[name])
        state.expired_attributes.intersection_update(self.expired)
        state.expired = bool(state.expired_attributes)  # if so, the session reads it by itself


class keep_loaded:  # noqa: N801  # a context manager, and a class because it runs on every call
    """Give back what was loaded before a failure: a rollback makes SQLAlchemy forget it.

    Async code cannot load it again by touching it. What was changed is as it was before. What
    reached the database before this has to be read again.
    """

    __slots__ = ("_kept", "_outer", "_session")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: list[Loaded] = []

    def __enter__(self) -> None:
        self._outer = self._session.info.get(_KEPT)
        self._session.info[_KEPT] = self._kept

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._session.info[_KEPT] = self._outer
        if error is not None:
            give_back(self._session, self._kept)


def forget(session: Session) -> list[Loaded]:
    """Have everything but the primary keys read again, and return what was loaded."""
    kept = [Loaded.of(record) for record in session.identity_map.values()]
    session.expire_all()
    for loaded in kept:
        state = inspect(loaded.record)
        names = (state.mapper.get_property_by_column(key).key for key in state.mapper.primary_key)
        keys = dict(zip(names, state.identity, strict=True))
        Loaded(loaded.record, keys, frozenset(state.expired_attributes)).give_back()
    return kept


def give_back(session: Session, kept: list[Loaded], besides: Container[object] = ()) -> None:
    """Have again what was loaded in records that have not been read again since."""
    for loaded in reversed(kept):  # the latest counts
        state = inspect(loaded.record)
        if loaded.record in session and state.expired and state not in besides:
            loaded.give_back()


def written(session: Session) -> Container[object]:
    """Tell the states of records that were changed in the database and are not committed."""
    begun = session.get_transaction()
    return () if begun is None else begun._dirty  # noqa: SLF001


def _note_write(session: Session, _: UOWTransaction) -> None:
    """Look at what is written, as it was before the transactions that may undo it."""
    if session.info.get(_KEPT) is None:
        return
    written_now = [Loaded.of(record) for record in (*session.dirty, *session.deleted)]
    befores: _Befores = session.info.setdefault(_BEFORE, WeakKeyDictionary())
    begun = session.get_nested_transaction() or session.get_transaction()
    while begun is not None:
        before = befores.setdefault(begun, WeakKeyDictionary())
        for loaded in written_now:
            if (state := inspect(loaded.record)) not in begun._dirty:  # noqa: SLF001  # not the first
                before[state] = (loaded.values, loaded.expired)
        begun = begun.parent


def _remember(session: Session) -> None:
    kept: list[Loaded] | None = session.info.get(_KEPT)
    ended = session.get_nested_transaction() or session.get_transaction()
    if kept is None or ended is None:
        return
    befores: _Befores = session.info.get(_BEFORE, {})
    before = [(state.obj(), noted) for state, noted in befores.pop(ended, {}).items()]
    kept += [Loaded(record, *noted) for record, noted in before if record is not None]
    for record in session.identity_map.values():
        if inspect(record) not in ended._dirty:  # noqa: SLF001  # what reached the database
            kept.append(Loaded.of(record))


# Of no effect on sessions that do not ask; cheaper than listening to each that does.
event.listen(Session, "after_flush", _note_write)
event.listen(Session, "after_rollback", _remember)
