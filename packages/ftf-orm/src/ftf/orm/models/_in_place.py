"""Values that change in place, such as those of JSON columns: `update` stores what was changed.

SQLAlchemy sees an assignment only, and takes `{"on": 1}` for no change of `{"on": True}`. So the
stored value is kept in serialised form, for models that have such columns.
"""

import pickle
from collections.abc import Collection, Iterator
from pickle import dumps, loads
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, JSON, ClauseElement, PickleType, TypeDecorator, event
from sqlalchemy.orm import ColumnProperty, InstanceState, Mapper
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.types import TypeEngine

_stored: WeakKeyDictionary[InstanceState[Any], dict[str, bytes]] = WeakKeyDictionary()


def watch_values(mapper: Mapper[Any], _: type) -> None:
    """Keep the stored values of columns whose values change in place."""
    names = frozenset(attribute.key for attribute in mapper.column_attrs if _is_mutable(attribute))
    if not names:
        return

    def read(state: InstanceState[Any], _: object, read: Collection[str] | None = None) -> None:
        keep_stored(state, names if read is None else names.intersection(read))

    def written(_mapper: object, _connection: object, state: InstanceState[Any]) -> None:
        keep_stored(state, names)

    event.listen(mapper, "load", read, raw=True)
    event.listen(mapper, "refresh", read, raw=True)
    event.listen(mapper, "after_insert", written, raw=True)
    event.listen(mapper, "after_update", written, raw=True)


def keep_stored(state: InstanceState[Any], names: Collection[str] | None = None) -> None:
    """Keep the values that a record has now as those that are stored.

    Args:
        state: The state of the record.
        names: The attributes that were read or written; those that were kept before if left out.
    """
    known = _stored.setdefault(state, {})
    for name in names if names is not None else [*known]:
        if _has_value(state, name):
            known[name] = dumps(state.dict[name])


def stored_values(state: InstanceState[Any]) -> dict[str, object]:
    """Return copies of the stored values that are kept."""
    return {name: loads(value) for name, value in _stored.get(state, {}).items()}  # noqa: S301  # ours


def changed_in_place(state: InstanceState[Any]) -> Iterator[str]:
    """Yield the attributes whose values are not what is stored, however that came."""
    for name, value in _stored.get(state, {}).items():
        if _has_value(state, name) and dumps(state.dict[name]) != value:
            yield name


def flag_changes(state: InstanceState[Any]) -> None:
    """Make the next flush write values that were changed in place."""
    for name in changed_in_place(state):
        flag_modified(state.obj(), name)


def _has_value(state: InstanceState[Any], name: str) -> bool:
    return name in state.dict and not isinstance(state.dict[name], ClauseElement)


def _is_mutable(attribute: ColumnProperty[Any]) -> bool:
    found: TypeEngine[Any] = attribute.columns[0].type
    while isinstance(found, TypeDecorator) and not isinstance(found, PickleType):
        found = found.impl_instance
    if isinstance(found, PickleType):
        return found.pickler is pickle  # another one may take what pickle does not
    return isinstance(found, JSON | ARRAY)
