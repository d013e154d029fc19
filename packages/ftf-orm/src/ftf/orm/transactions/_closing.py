"""The closing of a session that another task can still use."""

from asyncio import CancelledError, create_task, get_running_loop, sleep, wait
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IllegalStateChangeError
from sqlalchemy.ext.asyncio import AsyncSession

from ._session_state import SessionState

_PATIENCE = 5.0  # seconds
_PAUSE = 0.01  # seconds


async def close(session: AsyncSession) -> None:
    """Close a session, and return its connection to the pool.

    An operation of another task can end before; after 5 seconds its connection is invalidated.
    If the calling task is cancelled, the session is closed before CancelledError is raised.
    """
    closing = create_task(_close(session))
    cancelled: CancelledError | None = None
    while not closing.done():
        try:
            await wait([closing])
        except CancelledError as cancellation:
            cancelled = cancellation
    closing.result()
    if cancelled is not None:
        raise cancelled


async def _close(session: AsyncSession) -> None:
    loop = get_running_loop()
    until = loop.time() + _PATIENCE
    while True:
        connections = _connections(session)
        is_busy = SessionState.of(session).in_use or any(map(_is_busy, connections))
        if is_busy and loop.time() >= until:
            for connection in connections:
                connection.invalidate()  # not in a greenlet, where it would wait for the statement
        elif is_busy:
            await sleep(_PAUSE)
            continue
        try:
            return await session.close()
        except IllegalStateChangeError:  # another task waits for a connection, or for COMMIT
            await sleep(_PAUSE)


def _connections(session: AsyncSession) -> list[Connection]:
    begun = session.sync_session.get_transaction()
    if begun is None:
        return []
    # SessionTransaction.connections is new in SQLAlchemy 2.1.
    used = (connection for connection, *_ in begun._connections.values())  # noqa: SLF001
    return [connection for connection in used if not connection.closed]


def _is_busy(connection: Connection) -> bool:
    """Return whether a statement runs on a connection, also one sent without this package.

    In the pool, the connection would continue it in the transaction of another session.
    """
    if connection.invalidated:
        return False
    driver: Any = connection.connection.dbapi_connection
    # No public name. Older SQLAlchemy has none for SQLite, whose driver runs one statement after
    # the other, so that the rollback comes behind what runs.
    mutex = getattr(driver, "_execute_mutex", None)
    return mutex is not None and bool(mutex.locked())
