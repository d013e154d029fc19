"""Values that change in place, such as those of JSON columns: their changes are detected by value.

SQLAlchemy detects assignments only, and compares with ==, so that `{"on": 1}` does not change
`{"on": True}`. For models with such columns the stored value is therefore kept in pickled form.
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
    """Keep the stored values of the columns of a model whose values can change in place."""
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
    """Record that the present values of a record are the stored ones.

    Args:
        state: The state of the record.
        names: The attributes that were read or written; by default those that were kept before.
    """
    known = _stored.setdefault(state, {})
    for name in names if names is not None else [*known]:
        if _has_value(state, name):
            known[name] = dumps(state.dict[name])


def stored_values(state: InstanceState[Any]) -> dict[str, object]:
    """Return copies of the stored values that are kept."""
    return {name: loads(value) for name, value in _stored.get(state, {}).items()}  # noqa: S301  # ours


def changed_in_place(state: InstanceState[Any]) -> Iterator[str]:
    """Yield the attributes whose values differ from the stored ones."""
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
        return found.pickler is pickle  # `dumps` may refuse the values of another pickler
    return isinstance(found, JSON | ARRAY)
