"""Connections of the process before a fork, which the new process does not use."""

from os import getpid

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_PROCESS = "ftf.orm process"


def leave_to_other_processes(engine: Engine) -> None:
    """Make a new connection in place of one that the process before a fork has opened.

    Both processes would send on it, and that of SQLite would wait for a thread that only the first
    one has. See https://docs.sqlalchemy.org/core/pooling.html#pooling-multiprocessing.
    """

    def note_process(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[_PROCESS] = getpid()

    def test(_: DBAPIConnection, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
        if entry.info.get(_PROCESS) != getpid():
            # Left alone: to close it would end it in the other process as well.
            left.append(entry.dbapi_connection)
            entry.dbapi_connection = proxy.dbapi_connection = None  # type: ignore[misc]
            raise DisconnectionError

    left: list[object] = []
    event.listen(engine, "connect", note_process)
    event.listen(engine, "checkout", test)
