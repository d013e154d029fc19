"""The cascade of a soft deletion: the records that are deleted, or restored, with others."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Column, Dialect, Select, Table, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper, RelationshipProperty, aliased
from sqlalchemy.orm.attributes import set_committed_value

from ...models._soft_deletes import SoftDeletes
from ...transactions.restoring._rollback import take
from ..statement._expressions import is_among, key_of
from ..statement._membership import is_one_of

type Keys = Sequence[tuple[object, ...]]
type Values = Mapping[str, object]

_MOMENT = timedelta(microseconds=1)
_last = datetime.min.replace(tzinfo=UTC)


async def cascade(
    session: AsyncSession,
    mapper: Mapper[Any],
    keys: Keys,
    before: datetime | None,
    after: datetime | None,
) -> None:
    """Set when the records that go with others were deleted.

    Args:
        session: The session to work in.
        mapper: The mapper of the others.
        keys: Their primary keys.
        before: When the records were deleted so far, or None for living ones.
        after: The time to set, or None.
    """
    waiting = [(mapper, keys)]
    while waiting:
        mapper, keys = waiting.pop()
        for relation in _cascades(mapper):
            found = await _change_related(session, relation, keys, before, after)
            waiting += [(relation.mapper, found)] if found else []


async def _change_related(
    session: AsyncSession,
    relation: RelationshipProperty[Any],
    keys: Keys,
    before: datetime | None,
    after: datetime | None,
) -> Keys:
    """Set when the related records of records were deleted. Return the keys of those changed."""
    mapper = relation.mapper
    column = deleted_at_of(mapper)
    table: Table = column.table
    returned = _written(mapper, column)
    version = mapper.version_id_col
    values = {column: after} | ({version: version + 1} if version in returned else {})
    related = _related_keys(relation, keys, session.get_bind().dialect)
    key = [*table.primary_key.columns]
    result = await session.execute(
        table.update()
        .where(is_among(key, related), column.is_(None) if before is None else column == before)
        .values(values)
        .returning(*key, *returned)
    )
    found = [(tuple(row[: len(key)]), tuple(row[len(key) :])) for row in result]
    for identity, changed in found:
        keep(session, mapper, identity, dict(zip(returned.values(), changed, strict=True)))
    return [identity for identity, _ in found]


def keep(
    session: AsyncSession, mapper: Mapper[Any], key: tuple[object, ...], values: Values
) -> None:
    """Set values that a statement has written on the record of a key, if the session has it."""
    identity = mapper.identity_key_from_primary_key(key)
    record = session.sync_session.identity_map.get(identity)
    if record is not None:
        take(session.sync_session, record)
        for name, value in values.items():
            set_committed_value(record, name, value)


def next_time() -> datetime:
    """Return the present time, a microsecond later than that of the last deletion at least.

    A record that was deleted before another one is not restored with it, also if a test has
    stopped the clock.
    """
    global _last  # noqa: PLW0603  # the clock of the process
    now = datetime.now(UTC)
    _last = _last + _MOMENT if timedelta() <= _last - now < timedelta(seconds=1) else now
    return _last


def _cascades(mapper: Mapper[Any]) -> Iterable[RelationshipProperty[Any]]:
    """Return the relationships along which a soft deletion goes on."""
    every = {
        relation: None for part in mapper.self_and_descendants for relation in part.relationships
    }
    return [
        relation
        for relation in every
        if relation.cascade.delete and issubclass(relation.mapper.class_, SoftDeletes)
    ]


def _related_keys(relation: RelationshipProperty[Any], keys: Keys, dialect: Dialect) -> Select[Any]:
    """Return a SELECT of the keys of the records that are related to those with the keys."""
    parent, other = relation.parent, aliased(relation.mapper.class_)
    belongs = getattr(parent.class_, relation.key).of_type(other)
    found = select(*key_of(inspect(other))).select_from(parent.class_).join(belongs)
    return found.where(is_one_of(parent.primary_key, keys, dialect)).correlate(None)


def deleted_at_of(mapper: Mapper[Any]) -> Column[Any]:
    """Return the column of the time of deletion."""
    column: Any = mapper.column_attrs[name_of(mapper)].columns[0]
    return cast("Column[Any]", column)


def name_of(mapper: Mapper[Any]) -> str:
    """Return the name of the attribute with the time of deletion."""
    name: str = mapper.class_.__deleted_at__
    return name


def _written(mapper: Mapper[Any], deleted_at: Column[Any]) -> dict[Column[Any], str]:
    """Return the columns that an UPDATE of the time of deletion changes, and their attributes."""
    names = {column: found.key for found in mapper.column_attrs for column in found.columns}
    return {
        column: names[column]
        for column in deleted_at.table.columns
        if column in names
        and (column in {deleted_at, mapper.version_id_col} or column.onupdate is not None)
    }
