"""What SQLite needs while its tables are copied: one transaction, and no cascades."""

from collections.abc import Iterator
from contextlib import contextmanager
from warnings import catch_warnings, filterwarnings

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from ._failure import MigrationFailed
from ._sqlite_schema import broken

_OFF = "ftf.orm.foreign_keys_off"
# What SQLAlchemy and Alembic warn that a copy of a table loses.
_KEPT_ALL_THE_SAME = ("Skipped unsupported reflection of exp", "Unnamed CHECK constraint on reflec")


def turn_foreign_keys_off(connection: Connection) -> None:
    """Stop a table that is dropped, because it was copied, from taking its children along.

    They are on again once the connection is back in its pool.

    Raises:
        MigrationError: The connection has begun to write; SQLite would keep them on.
    """
    begun = connection.in_transaction()
    if getattr(connection.connection.driver_connection, "in_transaction", False):
        raise MigrationFailed("SQLite cannot migrate in a transaction that has begun to write")
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        event.listen(connection.engine.pool, "checkin", _turn_foreign_keys_on)
        connection.info[_OFF] = True
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    if not begun:
        connection.rollback()  # SQLAlchemy's transaction, which asking began


@contextmanager
def one_transaction(connection: Connection) -> Iterator[None]:
    """Undo a migration that fails, and one that leaves orphans, or broken views or triggers.

    Raises:
        MigrationError: More rows than before refer to a row that is missing, or a view or trigger
            that could run cannot any more.
    """
    # The driver begins by itself only at the first INSERT, after what created the tables.
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
            "and make them again after it"
        )


def _orphans(connection: Connection) -> set[tuple[str, int, str, int]]:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return {(child, row, parent, key) for child, row, parent, key in rows}


def _turn_foreign_keys_on(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    if record.info.pop(_OFF, False):
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()
