"""Soft deletions: the time when a record was deleted, and the records that go with it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Column, Dialect, Select, Table, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapper, RelationshipProperty, aliased
from sqlalchemy.orm.attributes import set_committed_value

from ..engine._sqlite import begin_immediate
from ..exceptions import StaleRecord
from ..models._soft_deletes import SoftDeletes
from ..query import is_among, is_one_of, key_of
from ..transactions._rollback import take
from ._record import read_expired

type Keys = Sequence[tuple[object, ...]]
type Values = Mapping[str, object]

_MOMENT = timedelta(microseconds=1)
_last = datetime.min.replace(tzinfo=UTC)


async def soft_delete(session: AsyncSession, record: DeclarativeBase) -> None:
    """Set when a record was deleted, and the same time on the living records that go with it.

    Raises:
        StaleRecord: Another transaction removed the row.
    """
    if await _locked_time(session, record) is None:
        await _change(session, record, None, _next_time())


async def restore(session: AsyncSession, record: DeclarativeBase) -> None:
    """Restore a record, and the records that were deleted with it.

    Raises:
        StaleRecord: Another transaction removed the row.
    """
    if (deleted_at := await _locked_time(session, record)) is not None:
        await _change(session, record, deleted_at, None)


async def _change(
    session: AsyncSession, record: DeclarativeBase, before: datetime | None, after: datetime | None
) -> None:
    setattr(record, _name(inspect(record).mapper), after)
    await session.flush()
    await read_expired(session, record)
    state = inspect(record)
    waiting: list[tuple[Mapper[Any], Keys]] = [(state.mapper, [state.identity or ()])]
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
    column = _column(mapper)
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
        _keep(session, mapper, identity, dict(zip(returned.values(), changed, strict=True)))
    return [identity for identity, _ in found]


def _keep(
    session: AsyncSession, mapper: Mapper[Any], key: tuple[object, ...], values: Values
) -> None:
    """Set values that a statement has written on the record of a key, if the session has it."""
    identity = mapper.identity_key_from_primary_key(key)
    record = session.sync_session.identity_map.get(identity)
    if record is not None:
        take(session.sync_session, record)
        for name, value in values.items():
            set_committed_value(record, name, value)


def _next_time() -> datetime:
    """Return the present time, a microsecond later than that of the last deletion at least.

    A record that was deleted before another one is not restored with it, also if a test has
    stopped the clock.
    """
    global _last  # noqa: PLW0603  # the clock of the process
    now = datetime.now(UTC)
    _last = _last + _MOMENT if timedelta() <= _last - now < timedelta(seconds=1) else now
    return _last


async def _locked_time(session: AsyncSession, record: DeclarativeBase) -> datetime | None:
    """Lock the row of a record until the commit. Return when it was deleted.

    Raises:
        StaleRecord: There is no row.
    """
    await session.flush()
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        await connection.run_sync(begin_immediate)
    state = inspect(record)
    column = _column(state.mapper)
    key = zip(column.table.primary_key.columns, state.identity or (), strict=True)
    found = select(column).where(*(part == value for part, value in key))
    # FOR NO KEY UPDATE: other transactions can still insert rows that refer to the record.
    row = (await session.execute(found.with_for_update(key_share=True))).one_or_none()
    if row is None:
        raise StaleRecord
    deleted_at: datetime | None = row[0]
    _keep(session, state.mapper, state.identity or (), {_name(state.mapper): deleted_at})
    return deleted_at


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


def _column(mapper: Mapper[Any]) -> Column[Any]:
    """Return the column of the time of deletion."""
    column: Any = mapper.column_attrs[_name(mapper)].columns[0]
    return cast("Column[Any]", column)


def _name(mapper: Mapper[Any]) -> str:
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
