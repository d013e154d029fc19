"""The test database of one process of a test run."""

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from .._application_lines import application_line
from ..loops._event_loop import EventLoop
from ..snapshot._observer import Observer
from ..snapshot._snapshot import Snapshot
from ._deferred_constraints import DeferredConstraints
from ._loop_connections import LoopConnections
from ._sessions import OpenSessions


class TestDatabase:
    """A database with tables, and an engine whose connections belong to one event loop at a time.

    Args:
        engine: The engine.
        observer: Reads the database; its snapshot is made here, before the first test.

    Attributes:
        deferred: The constraints that COMMIT checks.
        sessions: The open sessions of the running test.
    """

    __test__ = False  # pytest would collect it as a class of tests

    def __init__(self, engine: AsyncEngine | Engine, observer: Observer) -> None:
        self.engine = engine
        self._snapshot = observer.read(Snapshot.of)
        self.deferred = observer.read(DeferredConstraints.of)
        self.sessions = OpenSessions(self.deferred)
        self._observer = observer
        self._loop: EventLoop | None = None
        self._connections = LoopConnections(engine)
        self._open: dict[ConnectionPoolEntry, tuple[PoolProxiedConnection, str]] = {}
        sync = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
        event.listen(sync, "checkout", self._remember)
        # A connection that was detached or invalidated is never checked in.
        for ending in ("checkin", "detach", "invalidate"):
            event.listen(sync, ending, self._forget)

    def enter(self, loop: EventLoop) -> None:
        """Use an event loop from now on, and close the connections that belong to another one."""
        if self._loop is loop:
            return
        if self._loop is not None:
            self._loop.wait_for(self._leave(self._loop))
        self._loop = loop
        loop.at_end.push_async_callback(self._leave, loop)

    def close_forgotten(self, loop: EventLoop) -> list[str]:
        """Close the connections that are still open, and return where they were opened."""
        forgotten = list(self._open.values())

        def close(*_: Session) -> None:
            for connection, _line in forgotten:
                if connection.is_valid:  # it may have been closed meanwhile
                    connection.invalidate()

        if not forgotten:
            return []
        if isinstance(
            self.engine, AsyncEngine
        ):  # by a session, which needs no connection of the pool
            loop.wait_for(AsyncSession().run_sync(close))
        else:
            close()
        return [f"a connection is still open: {line}" for _, line in forgotten]

    def undo(self) -> dict[str, int]:
        """Restore the state before the first test, and return the differences to it."""
        if differences := self._observer.read(self._snapshot.differences):
            self.restore()
        return differences

    def restore(self) -> None:
        """Restore the state before the first test."""
        self._observer.read(self._snapshot.restore)

    def close(self, loop: EventLoop) -> None:
        """Close all connections; those without an event loop are closed in this one."""
        self.enter(loop)
        loop.wait_for(self._connections.close())
        self._snapshot.close()

    async def _leave(self, loop: EventLoop) -> None:
        if self._loop is loop:
            self._loop = None
            await self._connections.leave_loop()

    def _remember(
        self, _: DBAPIConnection, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection
    ) -> None:
        self._open[entry] = proxy, application_line()

    def _forget(self, _: object, entry: ConnectionPoolEntry, *_reason: object) -> None:
        self._open.pop(entry, None)
