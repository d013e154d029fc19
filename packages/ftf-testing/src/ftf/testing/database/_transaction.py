"""The transaction that a test runs in."""

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from ._deferred_constraints import DeferredConstraints

_OUTERMOST = "ftf_test"


def begin_test(connection: Connection) -> None:
    """Begin a test's transaction, with a savepoint that is there for as long as it lasts."""
    connection.begin()
    _send(connection, f"SAVEPOINT {_OUTERMOST}")  # with which SQLite begins, and locks nothing


def refused_by_commit(connection: Connection, deferred: DeferredConstraints) -> str | None:
    """Return what COMMIT would refuse of that which a test leaves to be rolled back."""
    try:
        if not connection.invalidated:
            deferred.check(connection)
    except IntegrityError as error:
        return str(error.orig)
    except DBAPIError:  # the transaction has failed, or was ended: there is nothing to commit
        return None
    return None


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
