"""The records of a session whose rows a statement has written: their columns are read again."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstanceState, Mapper, RelationshipDirection
from sqlalchemy.orm.attributes import set_committed_value

from ...models._in_place import keep_stored
from ...transactions.restoring._rollback import take
from ..statement._membership import is_one_of


def has_loaded(session: AsyncSession, model: type[DeclarativeBase]) -> bool:
    """Return whether a session has records of a model."""
    return any(isinstance(record, model) for record in session.sync_session.identity_map.values())


async def read_again[T: DeclarativeBase](
    session: AsyncSession, model: type[T], keys: Collection[tuple[object, ...]]
) -> None:
    """Read the loaded columns of records again, after a statement has written their rows.

    Relationships stay loaded, but for those to one record whose foreign key has changed.

    Args:
        session: The session of the records.
        model: Their model.
        keys: The primary keys of the rows.
    """
    mapper: Mapper[T] = inspect(model)
    known = {state.identity: state for state in _states(session, model)}
    states = {key: known[key] for key in keys if key in known}
    loaded = {name for state in states.values() for name in state.dict}
    names = [name for name in mapper.column_attrs.keys() if name in loaded]  # noqa: SIM118  # no dict
    if not names:
        return
    columns = [mapper.column_attrs[name].columns[0] for name in names]
    found = select(*mapper.primary_key, *columns).select_from(mapper.selectable)
    dialect = session.get_bind(mapper).dialect
    condition = is_one_of(mapper.primary_key, [*states], dialect)
    width = len(mapper.primary_key)
    for row in await session.execute(found.where(condition)):
        state = states[tuple(row[:width])]
        take(session.sync_session, state.obj())
        _set(session, state, dict(zip(names, row[width:], strict=True)))


def _states(session: AsyncSession, model: type[DeclarativeBase]) -> Iterable[InstanceState[Any]]:
    records = session.sync_session.identity_map.values()
    return [inspect(record) for record in records if isinstance(record, model)]


def _set(session: AsyncSession, state: InstanceState[Any], values: dict[str, object]) -> None:
    record, loaded = state.obj(), values.keys() & state.dict.keys()
    changed = {name for name in loaded if state.dict[name] != values[name]}
    for name in loaded:
        set_committed_value(record, name, values[name])
    keep_stored(state)
    for relation in state.mapper.relationships:
        columns = map(state.mapper.get_property_by_column, relation.local_columns)
        to_one = relation.direction is RelationshipDirection.MANYTOONE
        if to_one and changed.intersection(column.key for column in columns):
            session.expire(record, [relation.key])
