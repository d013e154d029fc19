"""The transaction that a test runs in."""

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from ._deferred_constraints import DeferredConstraints

_OUTERMOST = "ftf_test"


def begin_test(connection: Connection) -> None:
    """Begin a test's transaction, with a savepoint that lasts as long."""
    connection.begin()
    _send(
        connection, f"SAVEPOINT {_OUTERMOST}"
    )  # on SQLite it begins the transaction, without a lock


def refused_by_commit(connection: Connection, deferred: DeferredConstraints) -> str | None:
    """Return the error of a COMMIT in the place of the rollback, or None."""
    try:
        if not connection.invalidated:
            deferred.check(connection)
    except IntegrityError as error:
        return str(error.orig)
    except DBAPIError:  # the transaction has failed, or was ended: there is nothing to commit
        return None
    return None


def roll_back_test(connection: Connection) -> bool:
    """Roll back to the start of the test. Return whether the transaction was still open."""
    if connection.invalidated:  # after a cancelled query: the server has rolled back
        return True
    try:
        _send(connection, f"ROLLBACK TO SAVEPOINT {_OUTERMOST}")
    except (SQLAlchemyError, connection.dialect.loaded_dbapi.Error):
        return False
    return True


def _send(connection: Connection, statement: str) -> None:
    """Execute on the driver's cursor, past the listeners of the engine and its cache."""
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()
