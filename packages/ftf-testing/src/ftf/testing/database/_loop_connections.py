"""The connections of an engine that several event loops use, one after the other."""

from typing import Any, cast

import pytest
from sqlalchemy import AsyncAdaptedQueuePool, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

_OTHER_LOOP = (
    "a connection of db_engine was opened in an event loop that is not that of the test, such as "
    "those of Starlette's TestClient and unittest's IsolatedAsyncioTestCase: return an engine with "
    "poolclass=NullPool from db_engine_factory"
)


class LoopConnections:
    """Ends the connections that belong to an event loop, and keeps the others.

    Those of aiosqlite are threads that answer any loop. asyncio's locks, which SQLAlchemy has for
    a connection and a pool, belong to the loop of the first task that waited for them.

    Args:
        engine: The engine.
    """

    def __init__(self, engine: AsyncEngine | Engine) -> None:
        self._engine = engine
        self._idle: set[ConnectionPoolEntry] = set()
        self._was_full = False
        if isinstance(engine, AsyncEngine):
            event.listen(engine.sync_engine, "checkout", self._checked_out)
            event.listen(engine.sync_engine, "checkin", self._checked_in)

    async def leave_loop(self) -> None:
        """End the connections that would not work in another loop.

        Raises:
            Failed: A connection belongs to another loop, which is closed.
        """
        if not isinstance(self._engine, AsyncEngine):
            return
        if self._engine.dialect.driver == "aiosqlite" and not self._was_full:
            return
        # asyncpg raises RuntimeError if the loop of a connection is closed already.
        closed: RuntimeError | None = None
        for entry in self._idle:
            try:
                _terminate(entry.driver_connection)
            except RuntimeError as error:
                closed = error
        await self.close()
        if closed:
            raise pytest.fail.Exception(f"{closed}: {_OTHER_LOOP}", pytrace=False)

    async def close(self) -> None:
        """End all connections."""
        self._idle.clear()
        self._was_full = False
        if isinstance(self._engine, AsyncEngine):
            await self._engine.dispose()
        else:
            self._engine.dispose()

    def _checked_out(self, _: DBAPIConnection, entry: ConnectionPoolEntry, *_proxy: object) -> None:
        self._idle.discard(entry)
        pool = self._engine.pool
        # Other kinds of pools may belong to the loop even if they are not full.
        roomy = isinstance(pool, AsyncAdaptedQueuePool) and pool.checkedout() < pool.size()
        self._was_full = self._was_full or not roomy

    def _checked_in(self, connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        if connection is not None:
            self._idle.add(entry)
            if self._engine.dialect.driver == "aiosqlite":
                entry.dbapi_connection = _with_new_lock(connection)  # type: ignore[misc]  # its slot


def _with_new_lock(connection: DBAPIConnection) -> DBAPIConnection:
    # SQLAlchemy's adapter has an asyncio.Lock, which belongs to the loop of its first waiter.
    adapted = cast("Any", connection)
    return cast("DBAPIConnection", type(adapted)(adapted.dbapi, adapted.driver_connection))


def _terminate(connection: object) -> None:
    """End a connection of asyncpg without waiting for the server."""
    if terminate := getattr(connection, "terminate", None):
        terminate()
