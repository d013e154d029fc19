"""The transaction that a test runs in."""

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

_OUTERMOST = "ftf_test"


def begin(connection: Connection) -> None:
    """Begin a transaction, also where SQLite's driver would wait for the first write."""
    connection.begin()
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and not getattr(driver, "in_transaction", False):
        connection.exec_driver_sql("BEGIN")


def begin_test(connection: Connection) -> Connection:
    """Begin a test's transaction, with a savepoint that is there for as long as it lasts."""
    begin(connection)
    connection.exec_driver_sql(f"SAVEPOINT {_OUTERMOST}")
    return connection


def roll_back_test(connection: Connection) -> bool:
    """Roll a test's transaction back, and tell whether it was still that one."""
    try:
        connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {_OUTERMOST}")
    except SQLAlchemyError:
        return False
    finally:
        connection.rollback()
    return True
