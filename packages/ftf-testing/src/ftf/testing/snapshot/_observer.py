"""The observer: a connection of the plugin to the test database, outside of the tests."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from ..loops._event_loop import EventLoop


class Observer:
    """Reads committed data, by a connection that outlives the event loops of the tests.

    Args:
        url: The URL of the database.
        loop: The loop of the connection, where its driver is async.
    """

    def __init__(self, url: URL, loop: EventLoop) -> None:
        if url.get_backend_name() == "sqlite":
            url = url.set(drivername="sqlite")  # the sync driver, which has no thread
        make = create_async_engine if url.get_dialect().is_async else create_engine
        self._loop: Final = loop
        # AUTOCOMMIT: a transaction would hide later commits from its reads, and hold locks.
        self._connection: Final = loop.connect(
            make(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        )

    def read[T](self, work: Callable[[Connection], T]) -> T:
        """Call a function with the connection."""
        return self._loop.work_on(self._connection, work)

    def close(self) -> None:
        """Close the connection."""
        self._loop.close(self._connection)
