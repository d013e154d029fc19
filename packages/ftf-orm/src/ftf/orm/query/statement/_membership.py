"""Conditions `(column, ...) IN (values, ...)` for any number of values."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Dialect,
    SQLColumnExpression,
    Text,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)

from ._expressions import element

# SQLite takes 32,766 parameters in a statement, asyncpg 32,767; a query may have several lists.
_MOST_PARAMETERS = 1_000

type Columns = Sequence[SQLColumnExpression[Any]]
type Rows = Sequence[Sequence[object]]


def is_one_of(columns: Columns, rows: Rows, dialect: Dialect) -> ColumnElement[bool]:
    """Return the condition that the values of columns are one of the rows.

    Args:
        columns: The columns, at least one.
        rows: The rows, with a value for each column. More than 1,000 values
            are one array for each column on PostgreSQL, and one JSON text on SQLite.
        dialect: The dialect of the database.
    """
    if len(rows) * len(columns) > _MOST_PARAMETERS and not _converted_in_sql(columns):
        if dialect.name == "postgresql":
            return _in_arrays(columns, rows)
        if (text := _json(columns, rows, dialect)) is not None:
            return _in_json(columns, text)
    if len(columns) == 1:
        return columns[0].in_([value for (value,) in rows])
    return tuple_(*columns).in_(rows)


def _converted_in_sql(columns: Columns) -> bool:
    """Return whether a type wraps each of its parameters in an expression."""
    return any(element(column).type._has_bind_expression for column in columns)  # noqa: SLF001  # no public name


def _in_arrays(columns: Columns, rows: Rows) -> ColumnElement[bool]:
    arrays = [
        bindparam(None, list(values), type_=ARRAY(element(column).type), unique=True)
        for column, values in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    if len(columns) == 1:
        return columns[0] == any_(arrays[0])
    names = [f"value_{number}" for number in range(len(columns))]
    found = func.unnest(*arrays).table_valued(*names).render_derived()
    return tuple_(*columns).in_(select(*found.c))


def _in_json(columns: Columns, text: str) -> ColumnElement[bool]:
    row = func.json_each(bindparam(None, text, type_=Text(), unique=True)).table_valued("value")
    found = select(
        *(
            func.json_extract(row.c.value, literal_column(f"'$[{number}]'"))
            for number in range(len(columns))
        )
    )
    return columns[0].in_(found) if len(columns) == 1 else tuple_(*columns).in_(found)


def _json(columns: Columns, rows: Rows, dialect: Dialect) -> str | None:
    """Return the rows as the database stores them, or None if JSON cannot represent them."""
    types = [element(column).type.dialect_impl(dialect) for column in columns]
    convert = [type_.bind_processor(dialect) or _unchanged for type_ in types]
    try:
        stored = [[to(value) for to, value in zip(convert, row, strict=True)] for row in rows]
    except (AttributeError, TypeError, ValueError):  # the plain IN raises it
        return None
    exact = all(_is_exact(value) for row in stored for value in row)
    return json.dumps(stored, ensure_ascii=False) if exact else None


def _unchanged(value: object) -> object:
    return value


def _is_exact(value: object) -> bool:
    # SQLite ends a JSON text's string at a NUL and may round its numbers.
    return "\0" not in value if isinstance(value, str) else isinstance(value, int | None)
