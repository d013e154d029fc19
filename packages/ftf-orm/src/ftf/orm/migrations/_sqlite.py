"""What SQLite needs while its tables are copied: one transaction, and no cascades."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from ..exceptions import MigrationError

_OFF = "ftf.orm.foreign_keys_off"


def turn_foreign_keys_off(connection: Connection) -> None:
    """Stop a table that is dropped, because it was copied, from taking its children along.

    They are on again once the connection is back in its pool.

    Raises:
        MigrationError: The connection has begun to write; SQLite would keep them on.
    """
    begun = connection.in_transaction()
    if getattr(connection.connection.driver_connection, "in_transaction", False):
        raise MigrationError("SQLite cannot migrate in a transaction that has begun to write")
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        event.listen(connection.engine.pool, "checkin", _turn_foreign_keys_on)
        connection.info[_OFF] = True
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    if not begun:
        connection.rollback()  # SQLAlchemy's transaction, which asking began


@contextmanager
def one_transaction(connection: Connection) -> Iterator[None]:
    """Make a migration that fails leave nothing, and one that succeeds leave no orphans.

    Raises:
        MigrationError: More rows than before refer to a row that is missing.
    """
    # The driver begins by itself only at the first INSERT, after what created the tables.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    before = _orphans(connection)
    yield
    if orphans := _orphans(connection) - before:
        tables = ", ".join(sorted({f"{child} to {parent}" for child, _, parent, _ in orphans}))
        raise MigrationError(f"the migration would leave references to missing rows: {tables}")


def _orphans(connection: Connection) -> set[tuple[str, int, str, int]]:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return {(child, row, parent, key) for child, row, parent, key in rows}


def _turn_foreign_keys_on(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    if record.info.pop(_OFF, False):
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()
