"""What a test database holds between tests."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect

from ._tables import TableName, column_names, table_names

_TABLES = {
    "postgresql": "SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p') AND relpersistence <> 't'",
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a table had before the first test.

    Attributes:
        table: The table, quoted as in SQL.
        columns: Those that rows are inserted with, quoted.
        copy: A temporary table that has the rows.
    """

    table: str
    columns: str
    copy: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The tables of a database, and the rows that were there before the first test.

    It is used with the connection that has read it, which alone sees the copies of the rows.

    Attributes:
        tables: The tables, quoted as in SQL; those that others refer to first.
        rows: The rows of the tables that are not empty.
        counts: How many there were, by what was counted.
    """

    tables: tuple[str, ...]
    rows: tuple[Rows, ...]
    counts: Mapping[str, int]

    @classmethod
    def of(cls, connection: Connection) -> "Contents":
        """Read the contents of a database."""
        inspector, quote = inspect(connection), connection.dialect.identifier_preparer.quote
        names = _names(connection)
        counts = _count(connection, {table: table for table in names})
        filled = [table for table in names if counts[table]]
        rows = tuple(
            Rows(
                table, ", ".join(map(quote, column_names(inspector, names[table]))), f"ftf_{number}"
            )
            for number, table in enumerate(filled)
        )
        for each in rows:
            connection.exec_driver_sql(
                f"CREATE TEMPORARY TABLE {each.copy} AS SELECT {each.columns} FROM {each.table}"  # noqa: S608  # quoted
            )
        tables = tuple(names)
        return cls(tables, rows, _count(connection, _counted(connection, tables, rows)))

    def differences(self, connection: Connection) -> dict[str, int]:
        """Count what there is too much, such as rows in a table; too little is less than 0."""
        counts = _count(connection, _counted(connection, self.tables, self.rows))
        return {
            what: counts[what] - count
            for what, count in self.counts.items()
            if counts[what] != count
        }

    def restore(self, connection: Connection) -> None:
        """Bring back what there was before the first test."""
        connection.exec_driver_sql("BEGIN")
        try:
            _limit_waiting(connection)
            if "tables" in self.differences(connection):
                _drop(connection, set(_names(connection)) - set(self.tables))
            _empty(connection, self.tables)
            for each in self.rows:
                _insert(connection, each)
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")


def _names(connection: Connection) -> dict[str, TableName]:
    """Name the tables, quoted as in SQL, those that others refer to first."""
    quote = connection.dialect.identifier_preparer.quote
    return {
        ".".join(quote(part) for part in name if part): name
        for name in table_names(inspect(connection))
    }


def _counted(
    connection: Connection, tables: tuple[str, ...], rows: tuple[Rows, ...]
) -> dict[str, str]:
    """Tell what is counted, by what it is called."""
    columns = "CAST(each AS text)" if connection.dialect.name == "postgresql" else "*"  # even json

    def select(each: Rows, table: str) -> str:
        return f"SELECT {columns} FROM (SELECT {each.columns} FROM {table}) AS each"  # noqa: S608  # quoted

    changed = {
        f"new or changed rows in {each.table}": (
            f"({select(each, each.table)} EXCEPT {select(each, each.copy)}) AS changed"
        )
        for each in rows
    }
    there = f"({_TABLES[connection.dialect.name]}) AS tables"
    return {"tables": there, **{f"rows in {table}": table for table in tables}, **changed}


def _count(connection: Connection, counted: Mapping[str, str]) -> dict[str, int]:
    if not counted:
        return {}
    counts = ", ".join(f"(SELECT count(*) FROM {each})" for each in counted.values())  # noqa: S608  # quoted
    return dict(zip(counted, connection.exec_driver_sql(f"SELECT {counts}").one(), strict=True))


def _limit_waiting(connection: Connection) -> None:
    """Fail instead of waiting for ever if somebody still holds a lock on a table."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")


def _drop(connection: Connection, tables: Collection[str]) -> None:
    cascade = " CASCADE" * (connection.dialect.name == "postgresql")
    for table in tables:
        connection.exec_driver_sql(f"DROP TABLE {table}{cascade}")


def _empty(connection: Connection, tables: tuple[str, ...]) -> None:
    if connection.dialect.name != "postgresql":
        for table in tables:  # in any order, for SQLite checks foreign keys only when asked to
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608  # quoted
    elif tables:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} CASCADE")


def _insert(connection: Connection, rows: Rows) -> None:
    as_they_were = "OVERRIDING SYSTEM VALUE " * (connection.dialect.name == "postgresql")
    connection.exec_driver_sql(
        f"INSERT INTO {rows.table} ({rows.columns}) {as_they_were}"  # noqa: S608  # quoted
        f"SELECT {rows.columns} FROM {rows.copy}"
    )
