"""What PostgreSQL needs where many deployers start at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, select

_LOCK = int.from_bytes(b"ftf-orm")


@contextmanager
def only_deployer(connection: Connection) -> Iterator[None]:
    """Make others who migrate the same database wait.

    A transaction that was brought along keeps the lock until its end. Otherwise the session has
    it: Alembic may commit on the way (https://www.postgresql.org/docs/current/explicit-locking.html).
    """
    if connection.in_transaction():
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        yield
        return
    connection.execute(select(func.pg_advisory_lock(_LOCK)))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()  # what a migration that failed has left open
        connection.execute(select(func.pg_advisory_unlock(_LOCK)))
        connection.commit()
