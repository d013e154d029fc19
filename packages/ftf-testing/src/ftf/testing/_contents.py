"""What a test database holds between tests."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, RowMapping, Table, inspect, select

from ._transaction import begin_test

_BOOKKEEPING = frozenset({"alembic_version"})


@dataclass(frozen=True, slots=True)
class Contents:
    """The tables of a database, and the rows that were there before the first test.

    Attributes:
        counts: The number of rows by table, quoted as in SQL.
        rows: The rows of the tables that are not empty.
    """

    counts: dict[str, int]
    rows: tuple[tuple[Table, Sequence[RowMapping]], ...]

    @classmethod
    def of(cls, connection: Connection) -> "Contents":
        """Read the contents of a database."""
        quote = connection.dialect.identifier_preparer.quote
        names = [
            name
            for name, _ in inspect(connection).get_sorted_table_and_fkc_names()
            if name is not None and name not in _BOOKKEEPING
        ]
        counts = _count(connection, list(map(quote, names)))
        filled = [name for name in names if counts[quote(name)]]
        tables = [Table(name, MetaData(), autoload_with=connection) for name in filled]
        rows = tuple(
            (table, connection.execute(select(table)).mappings().all()) for table in tables
        )
        return cls(counts, rows)

    def differences(self, connection: Connection) -> dict[str, int]:
        """Count the rows that there are too many, by table; too few are less than 0."""
        counts = _count(connection, list(self.counts))
        return {
            table: counts[table] - count
            for table, count in self.counts.items()
            if counts[table] != count
        }

    def restore(self, connection: Connection) -> None:
        """Bring back what there was before the first test, and commit."""
        connection.rollback()
        if self.counts:
            _empty(connection, list(self.counts))
        for table, rows in self.rows:
            connection.execute(table.insert(), [dict(row) for row in rows])
        connection.commit()


def _count(connection: Connection, tables: list[str]) -> dict[str, int]:
    if not tables:
        return {}
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)  # noqa: S608  # quoted
    return dict(zip(tables, connection.exec_driver_sql(f"SELECT {counts}").one(), strict=True))


def _empty(connection: Connection, tables: list[str]) -> None:
    if connection.dialect.name == "postgresql":
        # Whoever still holds a lock on a table is told instead of waited for.
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} CASCADE")
        return
    begin_test(connection)
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for table in reversed(tables):
        connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608  # quoted
