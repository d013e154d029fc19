"""Migrations on PostgreSQL: a lock against other deployers, and the comparison of defaults."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy import Connection, func, select

from ._operations import TextDefaults

_LOCK = int.from_bytes(b"ftf-orm")
_PAUSE = 0.1  # seconds between two attempts to take the lock


@contextmanager
def only_deployer(connection: Connection) -> Iterator[None]:
    """Make other deployers of the same database wait.

    If the caller's transaction is open, it has the lock until its end. Otherwise the session has
    it, because Alembic can commit in between
    (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS).
    """
    if connection.in_transaction():
        while not connection.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
            connection.execute(select(func.pg_sleep(_PAUSE)))
        yield
        return
    while not _has_taken_lock(connection):
        connection.execute(select(func.pg_sleep(_PAUSE)))
        connection.commit()
    try:
        yield
    finally:
        connection.rollback()  # the transaction that a failed migration left open
        connection.execute(select(func.pg_advisory_unlock(_LOCK)))
        connection.commit()


class PostgresOperations(TextDefaults, PostgresqlImpl):
    """Alembic's operations on PostgreSQL."""


def _has_taken_lock(connection: Connection) -> bool:
    """Take the lock if it is free. Return whether it was, without a statement that waits.

    A statement that waits has a snapshot, and CREATE INDEX CONCURRENTLY of the deployer that has
    the lock waits for the end of every snapshot: each would wait for the other.
    """
    taken = bool(connection.scalar(select(func.pg_try_advisory_lock(_LOCK))))
    connection.commit()
    return taken
