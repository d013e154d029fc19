"""Rows that PostgreSQL inserts from one array for each column, in a third of the time of VALUES."""

from collections.abc import Sequence
from operator import itemgetter

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Insert,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    Uuid,
    bindparam,
    func,
    select,
)

from ._rows import Row

MOST = 10_000  # rows of a statement
_FEWEST = 100  # rows; fewer take as long by VALUES
_NUMBERS = {BigInteger, Boolean, Float, Integer, Numeric, SmallInteger}
# Exactly these: a subclass can be an enum, or be stored as JSON.
_TYPES = _NUMBERS | {Date, DateTime, LargeBinary, String, Text, Time, Uuid}


def can_be_arrays(table: Table, dialect: Dialect, rows: Sequence[Row]) -> bool:
    """Return whether the database takes an array of the values of each column."""
    if dialect.driver != "asyncpg" or len(rows) < _FEWEST or not rows[0]:
        return False
    return all(_can_be_array(table.c[key], dialect) for key in rows[0])


def _can_be_array[V](column: Column[V], dialect: Dialect) -> bool:
    if column.type._has_bind_expression:  # noqa: SLF001  # no public name
        return False
    stored = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    # with_variant() can name another type for this database.
    return type(stored) in _TYPES and isinstance(stored.dialect_impl(dialect), type(stored))


def insert_of_arrays(table: Table, rows: Sequence[Row]) -> Insert:
    """Return an INSERT of rows in their order, with one parameter for each column."""
    arrays = [
        bindparam(None, [*map(itemgetter(key), rows)], type_=ARRAY(table.c[key].type), unique=True)
        for key in rows[0]
    ]
    names = [f"value_{place}" for place in range(len(arrays))]
    given = func.unnest(*arrays).table_valued(*names, with_ordinality="place").render_derived()
    values = select(*(given.c[name] for name in names)).order_by(given.c.place)
    return table.insert().from_select([*rows[0]], values)
