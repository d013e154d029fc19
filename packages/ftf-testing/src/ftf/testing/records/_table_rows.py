"""The rows of all tables of a database, to compare them with those of another moment."""

from collections import Counter
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncSession

from ..queries._listener import UNCOUNTED
from ..snapshot._tables import column_names, table_names

type TableRows = Mapping[str, Counter[str]]
"""How often each row is in each table."""


async def read_rows(session: AsyncSession) -> TableRows:
    """Return the rows of all tables, as the session sees them."""
    await session.flush()
    return await (await session.connection()).run_sync(_read)


def differences(before: TableRows, after: TableRows) -> Iterator[str]:
    """Yield a text for each table whose rows differ."""
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, Counter()), after.get(table, Counter())
        if old == new:
            continue
        count, now = old.total(), new.total()
        if count == now:
            yield f"{table}: {(new - old).total()} of {count} rows changed"
        else:
            yield f"{table}: {count} rows after the first run, {now} after the second"


def _read(connection: Connection) -> TableRows:
    inspector, quote = inspect(connection), connection.dialect.identifier_preparer.quote
    found = {}
    for table in table_names(inspector):
        name = ".".join(quote(part) for part in table if part)
        columns = ", ".join(map(quote, column_names(inspector, table)))
        statement = f"SELECT {columns} FROM {name}"  # noqa: S608  # quoted
        rows = connection.exec_driver_sql(statement, execution_options={UNCOUNTED: True})
        found[name] = Counter(repr(tuple(row)) for row in rows)
    return found
