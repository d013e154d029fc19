"""Engines with settings that fit their database."""

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


def create_engine(url: str | URL, **options: object) -> AsyncEngine:
    """Make an engine.

    Args:
        url: Where the database is; `sqlite://` and `postgresql://` get an async driver.
        options: Whatever SQLAlchemy's `create_async_engine` takes.
    """
    url = make_url(url)
    url = url.set(drivername=_ASYNC_DRIVERS.get(url.drivername, url.drivername))
    engine = create_async_engine(url, **options)
    if url.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # SQLite ignores foreign keys, and with them ON DELETE, unless each connection asks.
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
