"""The snapshot of a test database: its tables and rows before the first test."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect

from ._sqlite_copy import FileCopy
from ._tables import TableName, column_names, table_names

_TABLES = {
    "postgresql": "SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p') AND relpersistence <> 't'",
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
}
# The rows of virtual tables are in other tables, and reading them may require an extension.
_VIRTUAL = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL %'"
# Triggers would change restored rows; only a superuser may switch them off.
_NO_TRIGGERS = (
    "SELECT set_config('session_replication_role', 'replica', true) "
    "FROM pg_roles WHERE rolname = current_user AND rolsuper"
)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a table had before the first test.

    Attributes:
        table: The table, quoted as in SQL.
        columns: The columns that can be written, quoted.
        copy: A temporary table that has the rows.
    """

    table: str
    columns: str
    copy: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tables of a database, and the rows that were there before the first test.

    Use it with the connection that read it: the copies of the rows are temporary tables.

    Attributes:
        tables: The tables, quoted as in SQL.
        rows: The rows of the tables that are not empty.
        counted: The FROM clauses whose rows are counted, by their description.
        counts: The counts before the first test.
        file: The copy of the file, on SQLite.
    """

    tables: tuple[str, ...]
    rows: tuple[Rows, ...]
    counted: Mapping[str, str]
    counts: Mapping[str, int]
    file: FileCopy | None

    @classmethod
    def of(cls, connection: Connection) -> "Snapshot":
        """Read the snapshot of a database."""
        inspector, quote = inspect(connection), connection.dialect.identifier_preparer.quote
        file = FileCopy.of(connection) if connection.dialect.name == "sqlite" else None
        names = _names(connection)
        counts = _count(connection, {table: _rows_of(connection, table) for table in names})
        filled = [table for table in names if counts[table]]
        rows = tuple(
            Rows(
                table, ", ".join(map(quote, column_names(inspector, names[table]))), f"ftf_{number}"
            )
            for number, table in enumerate(filled)
        )
        for each in rows:
            content = f"SELECT {each.columns} FROM {_rows_of(connection, each.table)}"  # noqa: S608  # quoted
            connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {each.copy} AS {content}")
        tables = tuple(names)
        counted = _counted(connection, tables, rows)
        return cls(tables, rows, counted, _count(connection, counted), file)

    def differences(self, connection: Connection) -> dict[str, int]:
        """Return by how much each count has changed, such as `rows in users`."""
        counts = _count(connection, self.counted)
        return {
            what: counts[what] - count
            for what, count in self.counts.items()
            if counts[what] != count
        }

    def restore(self, connection: Connection) -> None:
        """Restore the tables and rows before the first test.

        Raises:
            OperationalError: Another connection holds a lock.
        """
        if self.file is not None:
            self.file.restore(connection)
            return
        # The observer's connection is in AUTOCOMMIT, where begin() sends no BEGIN.
        connection.exec_driver_sql("BEGIN")
        try:
            # TRUNCATE would wait without end for a transaction that the test left open.
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            connection.exec_driver_sql(_NO_TRIGGERS)
            if "tables" in self.differences(connection):
                _on_each(connection, "DROP TABLE", _names(connection).keys() - self.tables)
            _on_each(connection, "TRUNCATE", self.tables)
            _insert(connection, self.rows)
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")

    def close(self) -> None:
        """Free the memory of the file's copy."""
        if self.file is not None:
            self.file.close()


def _names(connection: Connection) -> dict[str, TableName]:
    """Return the tables that have rows of their own, by their names as quoted in SQL."""
    quote, sqlite = (
        connection.dialect.identifier_preparer.quote,
        connection.dialect.name == "sqlite",
    )
    virtual = set(connection.exec_driver_sql(_VIRTUAL).scalars()) if sqlite else set()
    return {
        ".".join(quote(part) for part in name if part): name
        for name in table_names(inspect(connection))
        if name[1] not in virtual
    }


def _rows_of(connection: Connection, table: str) -> str:
    """Return a table without the rows of its partitions and of tables that inherit from it."""
    return f"ONLY {table}" if connection.dialect.name == "postgresql" else table


def _counted(
    connection: Connection, tables: tuple[str, ...], rows: tuple[Rows, ...]
) -> dict[str, str]:
    """Return the FROM clauses whose rows are counted, by their description."""
    columns = (
        "CAST(each AS text)" if connection.dialect.name == "postgresql" else "*"
    )  # also json, which has no =

    def select(each: Rows, table: str) -> str:
        return f"SELECT {columns} FROM (SELECT {each.columns} FROM {table}) AS each"  # noqa: S608  # quoted

    changed = {
        f"new or changed rows in {each.table}": (
            f"({select(each, _rows_of(connection, each.table))} EXCEPT {select(each, each.copy)}) "
            "AS changed"
        )
        for each in rows
    }
    there = f"({_TABLES[connection.dialect.name]}) AS tables"
    own = {f"rows in {table}": _rows_of(connection, table) for table in tables}
    return {"tables": there, **own, **changed}


def _count(connection: Connection, counted: Mapping[str, str]) -> dict[str, int]:
    if not counted:
        return {}
    counts = ", ".join(f"(SELECT count(*) FROM {each})" for each in counted.values())  # noqa: S608  # quoted
    return dict(zip(counted, connection.exec_driver_sql(f"SELECT {counts}").one(), strict=True))


def _on_each(connection: Connection, action: str, tables: Collection[str]) -> None:
    """Execute an action on all tables in one statement, because they depend on each other."""
    if tables:
        connection.exec_driver_sql(f"{action} {', '.join(tables)} CASCADE")


def _insert(connection: Connection, rows: Collection[Rows]) -> None:
    """Insert all rows by one statement: foreign keys are checked at its end."""
    # OVERRIDING SYSTEM VALUE: an identity column GENERATED ALWAYS refuses values otherwise.
    inserts = ", ".join(
        f"of_{each.copy} AS (INSERT INTO {each.table} ({each.columns}) "  # noqa: S608  # quoted
        f"OVERRIDING SYSTEM VALUE SELECT {each.columns} FROM {each.copy})"
        for each in rows
    )
    if inserts:
        connection.exec_driver_sql(f"WITH {inserts} SELECT 1")
