"""The schema of SQLite, as far as SQLAlchemy's reflection leaves it out."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

# Texts, names in quotes, and comments.
_QUOTED = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/""", re.DOTALL
)
_TWIN, _TWIN_INDEX = "_ftf_twin", "_ftf_twin_index"


def table_sql(connection: Connection, table: str) -> str:
    """Return the CREATE TABLE statement of a table, or "" if there is no such table."""
    statement = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
    return str(connection.exec_driver_sql(statement, (table,)).scalar() or "")


def words(sql: str) -> str:
    """Return SQL in capitals, without comments and quoted parts."""
    return " ".join(_QUOTED.sub("_", sql).upper().split())


def objects_of(connection: Connection, kind: str, table: str) -> dict[str, str]:
    """Return the SQL of a table's explicit indexes or triggers, by name."""
    statement = (
        "SELECT name, sql FROM sqlite_master "
        "WHERE type = ? AND tbl_name = ? AND sql IS NOT NULL ORDER BY rowid"
    )
    rows = connection.exec_driver_sql(statement, (kind, table))
    return {row.name: row.sql for row in rows}


def has_index(connection: Connection, name: str) -> bool:
    """Return whether there is an index with a name."""
    statement = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?"
    return connection.exec_driver_sql(statement, (name,)).first() is not None


def table_options(connection: Connection, table: str) -> dict[str, bool]:
    """Return SQLAlchemy's names of a table's options; none before SQLite 3.37."""
    options: dict[str, bool] = {}
    for row in connection.exec_driver_sql("PRAGMA table_list").mappings():
        if row["schema"] == "main" and row["name"] == table:
            options = {"with_rowid": not row["wr"], "strict": bool(row["strict"])}
    return options


def counter(connection: Connection, table: str) -> int | None:
    """Return the largest key that AUTOINCREMENT has generated, or None."""
    statement = "SELECT seq FROM sqlite_sequence WHERE name = ?"
    found: int | None = connection.exec_driver_sql(statement, (table,)).scalar()
    return found


def set_counter(connection: Connection, table: str, value: int) -> None:
    """Set the key after which AUTOINCREMENT goes on."""
    connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    insert = "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)"
    connection.exec_driver_sql(insert, (table, value))


def collations(connection: Connection, table: str) -> dict[str, str]:
    """Return the collations of a table's columns, except BINARY, the default.

    SQLite returns the collations of an index only. So an empty table with the same columns and an
    index over all of them is created, and dropped again.
    """
    _, _, columns = table_sql(connection, table).partition("(")
    names = [
        _quoted(row[1])
        for row in connection.exec_driver_sql(f"PRAGMA table_info({_quoted(table)})")
    ]
    connection.exec_driver_sql(f"CREATE TABLE {_TWIN} ({columns}")
    connection.exec_driver_sql(f"CREATE INDEX {_TWIN_INDEX} ON {_TWIN} ({', '.join(names)})")
    rows = connection.exec_driver_sql(f"PRAGMA index_xinfo({_TWIN_INDEX})").mappings().all()
    connection.exec_driver_sql(f"DROP TABLE {_TWIN}")
    return {row["name"]: row["coll"] for row in rows if row["key"] and row["coll"] != "BINARY"}


def broken(connection: Connection) -> dict[str, str]:
    """Return the errors of broken views and triggers, by name; SQLite does not check them."""
    problems: dict[str, str] = {}
    for name, statement in _trials(connection):
        try:
            connection.exec_driver_sql(f"EXPLAIN {statement}")
        except OperationalError as error:
            problems.setdefault(name, str(error.orig))
    return problems


def _trials(connection: Connection) -> Iterator[tuple[str, str]]:
    statement = "SELECT type, name, tbl_name FROM sqlite_master WHERE type IN ('view', 'trigger')"
    for kind, name, table in connection.exec_driver_sql(statement).all():
        target = _quoted(table)
        if kind == "view":
            yield f"view {name}", f"SELECT * FROM {target}"  # noqa: S608  # quoted
        else:
            values = ", ".join(f"{column} = {column}" for column in _columns(connection, table))
            yield f"trigger {name}", f"INSERT INTO {target} DEFAULT VALUES"
            yield f"trigger {name}", f"UPDATE {target} SET {values}"  # noqa: S608
            yield f"trigger {name}", f"DELETE FROM {target}"  # noqa: S608


def _columns(connection: Connection, table: str) -> list[str]:
    """Return the quoted names of a table's columns, without computed ones."""
    rows = connection.exec_driver_sql(f"PRAGMA table_info({_quoted(table)})")
    return [_quoted(row[1]) for row in rows]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
