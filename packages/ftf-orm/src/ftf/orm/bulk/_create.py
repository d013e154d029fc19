"""Rows that are inserted and returned as records, in their order."""

from collections.abc import Sequence
from operator import attrgetter

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..query import without_declared
from ._defaults import with_defaults
from ._rows import Row, grouped, table_of, with_implied


async def create_records[T: DeclarativeBase](
    session: AsyncSession, model: type[T], rows: Sequence[Row]
) -> list[T]:
    """Insert rows, with one statement for about 1,000, and return their records in order."""
    found: dict[int, T] = {}
    for places, part in grouped(with_implied(inspect(model), rows)):
        completed = with_defaults(table_of(model), part)
        found |= zip(places, await _insert(session, model, completed), strict=True)
    return [found[place] for place in range(len(rows))]


async def _insert[T: DeclarativeBase](
    session: AsyncSession, model: type[T], rows: Sequence[Row]
) -> Sequence[T]:
    table, mapper = table_of(model), inspect(model)
    counter = table.autoincrement_column
    # SQLite returns rows in any order, so that SQLAlchemy would insert one by one; but it counts in
    # the order of the rows.
    counts = counter is not None and counter.key not in rows[0]
    by_counter = counts and session.get_bind(mapper).dialect.name == "sqlite"
    insert = table.insert().returning(*table.c, sort_by_parameter_order=not by_counter)
    statement = select(model).from_statement(insert).options(*without_declared(mapper))
    options = {"populate_existing": True}  # a deleted record can have had the same key
    records = (await session.scalars(statement, rows, execution_options=options)).all()
    if by_counter and counter is not None:
        name = mapper.get_property_by_column(counter).key
        return sorted(records, key=attrgetter(name))
    return records
