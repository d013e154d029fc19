"""The snapshot of a record: the values that it had loaded before a write."""

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy.orm import InstanceState, LoaderCallableStatus, Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.collections import collection_adapter

from ...models._in_place import keep_stored, stored_values

_CHANGE_IN_PLACE = (dict, list, set, bytearray)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The values of a record as they are stored, without pending changes.

    Args:
        values: The loaded values by attribute; a collection is the list of its members.
        expired: The attributes that SQLAlchemy reads again when it loads the record.
    """

    values: Mapping[str, object]
    expired: frozenset[str]

    @classmethod
    def of(cls, state: InstanceState[Any], unknown: Collection[str] = ()) -> Self:
        """Take a snapshot of a stored record.

        Args:
            state: The state of the record.
            unknown: The attributes whose stored values are no longer known.
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
        """Restore the values of a record; attributes that the snapshot lacks expire."""
        record = state.obj()
        if record is None or state.session is not session:
            return
        state._expire(state.dict, session.identity_map._modified)  # noqa: SLF001  # expire() cascades
        self.fill(state, self.values.keys())
        keep_stored(state)

    def fill(self, state: InstanceState[Any], names: Collection[str]) -> None:
        """Load attributes from the snapshot, and the primary key."""
        record = state.obj()
        for name in names:
            set_committed_value(record, name, self.values[name])
        for name, key in zip(_key_names(state), state.identity or (), strict=True):
            set_committed_value(record, name, key)
        state.expired_attributes.intersection_update(self.expired)
        state.expired = has_only_keys(state)  # then any query reads it


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """The values of a record before it was stored for the first time.

    Args:
        values: The values that were set, by attribute; a collection is the list of its members.
        changes: SQLAlchemy's `committed_state`, which the next attempt to store the record needs.
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
        """Remove generated keys and defaults, once the session has expunged the record."""
        record = state.obj()
        if record is None or record in session or state.key is not None:
            return
        for name in (state.manager.keys() & state.dict.keys()) - self.values.keys():
            del state.dict[name]
        for name, value in self.values.items():
            # set_committed_value() replaces a collection, so only one whose members changed.
            if name not in state.dict or _copied(state, name, state.dict[name]) != value:
                set_committed_value(record, name, value)
        state.expired_attributes.clear()
        state.expired = False
        state.committed_state.clear()
        state.committed_state.update(self.changes)


def has_only_keys(state: InstanceState[Any]) -> bool:
    """Return whether only the primary key of a record is loaded."""
    columns = set(state.mapper.column_attrs.keys())
    return columns.intersection(state.dict).issubset(_key_names(state))


def expired_columns(state: InstanceState[Any]) -> set[str]:
    """Return the expired columns of a record."""
    return state.expired_attributes.intersection(state.mapper.column_attrs.keys())


def _key_names(state: InstanceState[Any]) -> list[str]:
    mapper = state.mapper
    return [mapper.get_property_by_column(column).key for column in mapper.primary_key]


def _names(state: InstanceState[Any], loaded: Mapping[str, object]) -> Iterator[str]:
    """Yield the attributes with stored values; composites and write-only collections have none."""
    for name in loaded.keys() & state.manager.keys():
        if getattr(state.manager[name].impl, "supports_population", False):
            yield name


def _copied(state: InstanceState[Any], name: str, value: Any) -> object:  # noqa: ANN401  # whatever is stored
    """Return a copy of a value that can change in place."""
    impl: Any = state.manager[name].impl
    if impl.collection:  # `committed_state` has a plain list
        return [*collection_adapter(value)] if hasattr(value, "_sa_adapter") else value
    return deepcopy(value) if isinstance(value, _CHANGE_IN_PLACE) else value
