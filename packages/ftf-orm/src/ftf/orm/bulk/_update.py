"""Rows that are updated by their primary keys."""

from collections.abc import Sequence

from sqlalchemy import Update, bindparam, inspect
from sqlalchemy.orm import DeclarativeBase

from ..query import QueryBuilder, next_version, read_again
from ..transactions._write_lock import is_only_writer
from ._rows import Row, grouped, table_of

_PREFIX = "row_"  # SQLAlchemy reserves the names of columns for values of SET


async def update_rows[T: DeclarativeBase](query: QueryBuilder[T], rows: Sequence[Row]) -> int:
    """Update the rows of a query by their primary keys. Return how many there are.

    Args:
        query: The query, which decides which rows are found.
        rows: The rows, each with its primary key and values to write.
    """
    session, keys = query.session, table_of(query.model).primary_key.columns
    await is_only_writer(session)
    wanted = [tuple(row[column.key] for column in keys) for row in rows]
    # Locked in the order of the keys, so that two calls for the same rows cannot deadlock.
    locked = query.where_key(*wanted).reorder().order_by_key().lock_for_update()
    found = {tuple(row) for row in await session.execute(locked._keys())}  # noqa: SLF001  # of this package
    known = [row for row, key in zip(rows, wanted, strict=True) if key in found]
    for _, part in grouped(known):
        statement = _update(query.model, part[0])
        await session.execute(statement, [_parameters(row) for row in part])
    await read_again(session, query.model, found)
    return len(found)


def refuse_rows(model: type[DeclarativeBase], rows: Sequence[Row]) -> None:
    """Raise for a row without its primary key, or with nothing else.

    Raises:
        ValueError: It is one.
    """
    keys = table_of(model).primary_key.columns
    for number, row in enumerate(rows):
        if missing := [column for column in keys if row.get(column.key) is None]:
            raise ValueError(f"row {number} has no value for {missing[0]}, which finds the row")
        if len(row) == len(keys):
            raise ValueError(f"row {number} has nothing to write: add values of other columns")


def _update(model: type[DeclarativeBase], row: Row) -> Update:
    table = table_of(model)
    parameters = {key: bindparam(f"{_PREFIX}{key}", type_=table.c[key].type) for key in row}
    keys = {column.key for column in table.primary_key}
    found = (table.c[key] == parameters[key] for key in keys)
    written = {table.c[key]: value for key, value in parameters.items() if key not in keys}
    return table.update().where(*found).values({**next_version(inspect(model)), **written})


def _parameters(row: Row) -> Row:
    return {f"{_PREFIX}{key}": value for key, value in row.items()}
