"""The transaction that a test runs in."""

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

_OUTERMOST = "ftf_test"


def begin_test(connection: Connection) -> None:
    """Begin a test's transaction, with a savepoint that is there for as long as it lasts."""
    connection.begin()
    _send(connection, f"SAVEPOINT {_OUTERMOST}")  # with which SQLite begins, and locks nothing


def roll_back_test(connection: Connection) -> bool:
    """Undo what a test did, and tell whether nobody has committed it; closing does the rest."""
    if connection.invalidated:  # closed for good, as when a query is cancelled: all is undone
        return True
    try:
        _send(connection, f"ROLLBACK TO SAVEPOINT {_OUTERMOST}")
    except (SQLAlchemyError, connection.dialect.loaded_dbapi.Error):
        return False
    return True


def _send(connection: Connection, statement: str) -> None:
    """Send what concerns neither those who listen to the engine nor its cache."""
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()
