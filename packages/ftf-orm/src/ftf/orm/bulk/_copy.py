"""Rows that are inserted without records: by COPY if they are many, where the database has it."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Dialect, Table, false, select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from ..engine._driver_errors import REFUSED_BY_TYPE
from ._defaults import can_compute, with_defaults
from ._rows import Row, grouped

COPIED = "ftf_orm_copied"  # an execution option: how many rows follow by COPY
_FEWEST = 1_000  # rows; for fewer, the statement that asks for the types of the columns costs more


async def insert_rows(session: AsyncSession, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows into a table, with any number of values."""
    for _, part in grouped(rows):
        if len(part) >= _FEWEST and _can_copy(table, session.get_bind().dialect, part[0]):
            await _copy(await session.connection(), table, with_defaults(table, part))
        else:
            await session.execute(table.insert(), part)


def _can_copy(table: Table, dialect: Dialect, row: Row) -> bool:
    converted_in_sql = any(table.c[key].type._has_bind_expression for key in row)  # noqa: SLF001  # no public name
    return dialect.driver == "asyncpg" and can_compute(table, row) and not converted_in_sql


async def _copy(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    columns = [table.c[key] for key in rows[0]]
    # An INSERT of no rows: it begins the transaction, which the driver would not do for COPY, and
    # records that the table is written, for a rollback.
    nothing = select(*columns).where(false())
    insert = table.insert().from_select(columns, nothing, include_defaults=False)
    await connection.execute(insert, execution_options={COPIED: len(rows)})
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        await driver.copy_records_to_table(
            table.name,
            schema_name=table.schema,
            columns=[column.name for column in columns],
            records=_converted(columns, rows, connection.dialect),
        )
    except REFUSED_BY_TYPE as error:
        raise StatementError(str(error), _statement(table), None, error) from error
    except Exception as error:
        lost = driver.is_closed()
        if lost:
            await connection.invalidate()
        raise DBAPIError(_statement(table), None, error, connection_invalidated=lost) from error
    except BaseException:  # the driver may have sent a part
        await connection.invalidate()
        raise


def _statement(table: Table) -> str:
    return f"COPY {table.fullname} FROM STDIN"


def _converted(
    columns: Sequence[Column[Any]], rows: Sequence[Row], dialect: Dialect
) -> Iterable[tuple[object, ...]]:
    """Return the values of rows, converted by the types of their columns."""
    values = []
    for column in columns:
        convert = column.type.dialect_impl(dialect).bind_processor(dialect)
        own = map(itemgetter(column.key), rows)
        values.append(map(convert, own) if convert else own)
    return zip(*values, strict=True)
