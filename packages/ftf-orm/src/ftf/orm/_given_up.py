"""Transactions that the database has given up, which PostgreSQL's COMMIT does not report."""

from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

_FAILED = "ftf.orm.failed"


async def refuse_given_up(session: AsyncSession) -> None:
    """Raise what the database says to another statement, if one has failed before.

    Drivers do not tell, and PostgreSQL answers the COMMIT with a ROLLBACK as if nothing was wrong
    (https://www.postgresql.org/docs/current/sql-commit.html).
    """
    for connection in _connections(session.sync_session):
        if connection.info.pop(_FAILED, False):
            await session.run_sync(_ask, connection)


def _connections(session: Session) -> list[Connection]:
    begun = session.get_transaction()
    found = [] if begun is None else begun._connections.values()  # noqa: SLF001  # no public name
    return [connection for connection, *_ in found if not connection.invalidated]


def _ask(_: Session, connection: Connection) -> None:
    connection.exec_driver_sql("SELECT 1")


def _note_failure(failure: ExceptionContext) -> None:
    if failure.connection is not None and not failure.connection.invalidated:
        failure.connection.info[_FAILED] = True


event.listen(Engine, "handle_error", _note_failure)  # a savepoint may have undone it since
