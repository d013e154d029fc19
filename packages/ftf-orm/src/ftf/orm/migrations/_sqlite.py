"""Migrations on SQLite: foreign keys off, one transaction, checks at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from warnings import catch_warnings, filterwarnings

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from ..engine._sqlite import in_transaction
from ._failure import MigrationFailed
from ._sqlite_schema import broken

_OFF = "ftf.orm.foreign_keys_off"
# Warnings of SQLAlchemy and Alembic that a copy loses what `_table_copy` keeps.
_KEPT_ALL_THE_SAME = ("Skipped unsupported reflection of exp", "Unnamed CHECK constraint on reflec")


def turn_foreign_keys_off(connection: Connection) -> None:
    """Turn foreign keys off, so that dropping a copied table does not delete rows by a cascade.

    They are on again when the connection returns to its pool.

    Raises:
        MigrationError: A write transaction is open, in which SQLite ignores the pragma.
    """
    begun = connection.in_transaction()
    if in_transaction(connection):
        raise MigrationFailed("SQLite cannot migrate in a transaction that has begun to write")
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        event.listen(connection.engine.pool, "checkin", _turn_foreign_keys_on)
        connection.info[_OFF] = True
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    if not begun:
        connection.rollback()  # SQLAlchemy's transaction, which the PRAGMA began


@contextmanager
def one_transaction(connection: Connection) -> Iterator[None]:
    """Roll back a migration that fails, or that leaves orphans, broken views or broken triggers.

    Raises:
        MigrationError: More rows than before refer to a missing row, or a view or trigger breaks.
    """
    # sqlite3 begins a transaction at the first INSERT, which is after the CREATE TABLE.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    orphans, faults = _orphans(connection), broken(connection)
    with catch_warnings():
        for warning in _KEPT_ALL_THE_SAME:
            filterwarnings("ignore", warning)
        yield
    if left := _orphans(connection) - orphans:
        tables = ", ".join(sorted({f"{child} to {parent}" for child, _, parent, _ in left}))
        raise MigrationFailed(f"the migration would leave references to missing rows: {tables}")
    if lost := {name: why for name, why in broken(connection).items() if name not in faults}:
        listed = "; ".join(f"{name}: {why}" for name, why in sorted(lost.items()))
        raise MigrationFailed(
            f"the migration would break {listed}. Drop them in the migration before the change, "
            "and create them again after it"
        )


def _orphans(connection: Connection) -> set[tuple[str, int, str, int]]:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return {(child, row, parent, key) for child, row, parent, key in rows}


def _turn_foreign_keys_on(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    if record.info.pop(_OFF, False):
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()
