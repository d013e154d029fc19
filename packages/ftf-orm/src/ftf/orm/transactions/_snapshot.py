"""The snapshot of a record: the values that it had loaded before a write."""

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy.orm import InstanceState, LoaderCallableStatus, Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.collections import collection_adapter

from ..models._in_place import keep_stored, stored_values

_CHANGE_IN_PLACE = (dict, list, set, bytearray)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The values of a record as they are stored, without pending changes.

    Args:
        values: The loaded values by attribute; a collection is the list of its members.
        expired: The attributes that are read again when the session loads the record.
    """

    values: Mapping[str, object]
    expired: frozenset[str]

    @classmethod
    def of(cls, state: InstanceState[Any], unknown: Collection[str] = ()) -> Self:
        """Take a snapshot of a stored record.

        Args:
            state: The state of the record.
            unknown: The attributes whose stored values are not known any more.
        """
        loaded = {**state.dict, **state.committed_state}
        loaded |= {name: value for name, value in stored_values(state).items() if name in loaded}
        values = {
            name: _copied(state, name, loaded[name])
            for name in _names(state, loaded)
            if name not in unknown and not isinstance(loaded[name], LoaderCallableStatus)
        }
        return cls(values, frozenset(state.expired_attributes).union(unknown))

    def restore(self, state: InstanceState[Any], session: Session) -> None:
        """Undo all changes of a record; what the snapshot does not have is not loaded."""
        record = state.obj()
        if record is None or state.session is not session:
            return
        state._expire(state.dict, session.identity_map._modified)  # noqa: SLF001  # expire() cascades
        self.fill(state, self.values.keys())
        keep_stored(state)

    def fill(self, state: InstanceState[Any], names: Collection[str]) -> None:
        """Set the values of attributes that are not loaded; only they and keys are loaded then."""
        record = state.obj()
        for name in names:
            set_committed_value(record, name, self.values[name])
        for name, key in zip(_key_names(state), state.identity or (), strict=True):
            set_committed_value(record, name, key)
        state.expired_attributes.intersection_update(self.expired)
        state.expired = has_only_keys(state)  # if so, the session reads it by itself


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """The values of a record before it was stored for the first time.

    Args:
        values: The values that were set, by attribute; a collection is the list of its members.
        changes: What SQLAlchemy takes for changed, which the next attempt to store it needs.
    """

    values: Mapping[str, object]
    changes: Mapping[str, object]

    @classmethod
    def of(cls, state: InstanceState[Any]) -> Self:
        """Take a snapshot of a record that is pending."""
        loaded = state.dict
        values = {name: _copied(state, name, loaded[name]) for name in _names(state, loaded)}
        return cls(values, dict(state.committed_state))

    def restore(self, state: InstanceState[Any], session: Session) -> None:
        """Take back keys, defaults and foreign keys, once the session has forgotten the record."""
        record = state.obj()
        if record is None or record in session or state.key is not None:
            return
        for name in (state.manager.keys() & state.dict.keys()) - self.values.keys():
            del state.dict[name]
        for name, value in self.values.items():
            # The collection itself stays in place unless its members have changed.
            if name not in state.dict or _copied(state, name, state.dict[name]) != value:
                set_committed_value(record, name, value)
        state.expired_attributes.clear()
        state.expired = False
        state.committed_state.clear()
        state.committed_state.update(self.changes)


def has_only_keys(state: InstanceState[Any]) -> bool:
    """Return whether no column of a record is loaded but those of its primary key."""
    columns = set(state.mapper.column_attrs.keys())
    return columns.intersection(state.dict).issubset(_key_names(state))


def expired_columns(state: InstanceState[Any]) -> set[str]:
    """Return the columns of a record that have to be read again."""
    return state.expired_attributes.intersection(state.mapper.column_attrs.keys())


def _key_names(state: InstanceState[Any]) -> list[str]:
    mapper = state.mapper
    return [mapper.get_property_by_column(column).key for column in mapper.primary_key]


def _names(state: InstanceState[Any], loaded: Mapping[str, object]) -> Iterator[str]:
    """Yield what is stored of a record; composites are made of columns, write-only ones of rows."""
    for name in loaded.keys() & state.manager.keys():
        if getattr(state.manager[name].impl, "supports_population", False):
            yield name


def _copied(state: InstanceState[Any], name: str, value: Any) -> object:  # noqa: ANN401  # whatever is stored
    """Return a value apart from the record's, which may change in place."""
    impl: Any = state.manager[name].impl
    if impl.collection:  # SQLAlchemy itself keeps the members before a change as a list
        return [*collection_adapter(value)] if hasattr(value, "_sa_adapter") else value
    return deepcopy(value) if isinstance(value, _CHANGE_IN_PLACE) else value
