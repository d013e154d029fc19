"""Rows that are inserted and returned as records, in their order."""

from collections.abc import Sequence
from itertools import batched, chain
from typing import Any

from sqlalchemy import Table, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapper
from sqlalchemy.sql.dml import ReturningInsert

from ..query import without_declared
from ._arrays import MOST, can_be_arrays, insert_of_arrays
from ._defaults import with_defaults
from ._rows import Row, grouped, table_of, with_implied


async def create_records[T: DeclarativeBase](
    session: AsyncSession, model: type[T], rows: Sequence[Row]
) -> list[T]:
    """Insert rows, with few statements, and return their records in order."""
    found: dict[int, T] = {}
    for places, part in grouped(with_implied(inspect(model), rows)):
        completed = with_defaults(table_of(model), part)
        records = await _insert(session, model, completed)
        if len(records) == len(rows):  # in their order already
            return [*records]
        found |= zip(places, records, strict=True)
    return [found[place] for place in range(len(rows))]


async def _insert[T: DeclarativeBase](
    session: AsyncSession, model: type[T], rows: Sequence[Row]
) -> Sequence[T]:
    table = table_of(model)
    mapper: Mapper[T] = inspect(model)
    dialect, counter = session.get_bind(mapper).dialect, table.autoincrement_column
    if counter is None or counter.key in rows[0]:
        return await _records(session, mapper, _in_order(table), rows)
    name = mapper.get_property_by_column(counter).key

    def by_counter(record: T) -> Any:  # noqa: ANN401  # a key
        return record.__dict__[name]  # in half the time of the attribute

    # Both databases count in the order of the rows, so that the records can be sorted.
    if can_be_arrays(table, dialect, rows):
        parts = [insert_of_arrays(table, part) for part in batched(rows, MOST, strict=False)]
        found = [await _records(session, mapper, part.returning(*table.c)) for part in parts]
        return sorted(chain.from_iterable(found), key=by_counter)
    if dialect.name != "sqlite":
        return await _records(session, mapper, _in_order(table), rows)
    # SQLite returns rows in any order, so that SQLAlchemy would insert them one by one.
    insert = table.insert().returning(*table.c)
    return sorted(await _records(session, mapper, insert, rows), key=by_counter)


def _in_order(table: Table) -> ReturningInsert[*tuple[Any, ...]]:
    return table.insert().returning(*table.c, sort_by_parameter_order=True)


async def _records[T: DeclarativeBase](
    session: AsyncSession,
    mapper: Mapper[T],
    insert: ReturningInsert[*tuple[Any, ...]],
    rows: Sequence[Row] | None = None,
) -> Sequence[T]:
    statement = select(mapper.class_).from_statement(insert).options(*without_declared(mapper))
    # A deleted record can have had the same key, and is overwritten; without any this takes longer.
    known = any(isinstance(each, mapper.class_) for each in session.sync_session)
    options = {"populate_existing": known}
    return (await session.scalars(statement, rows, execution_options=options)).all()
