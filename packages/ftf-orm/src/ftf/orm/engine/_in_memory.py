"""A SQLite database in memory, which the connections of one engine share."""

import sqlite3
from typing import Final
from uuid import uuid4

from sqlalchemy import URL, Dialect, Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

# https://sqlite.org/releaselog/3_36_0.html: memdb shares databases whose name begins with "/".
_FIRST_VERSION: Final = (3, 36)


def is_in_memory(url: URL) -> bool:
    """Return whether a URL is that of a SQLite database in memory."""
    return url.get_backend_name() == "sqlite" and (
        url.database in {None, "", ":memory:"} or url.query.get("mode") == "memory"
    )


def can_be_shared(url: URL) -> bool:
    """Return whether a URL is that of one that several connections can have."""
    is_known = is_in_memory(url) and "mode" not in url.query
    return is_known and sqlite3.sqlite_version_info >= _FIRST_VERSION


def share_memory(engine: AsyncEngine) -> None:
    """Share one database among the connections of an engine, and end it with the engine.

    By itself SQLite makes a database for each connection.
    """
    name = f"file:/ftf-{uuid4().hex}?vfs=memdb"
    kept: list[sqlite3.Connection] = []  # the database is gone with its last connection

    def connect(
        _dialect: Dialect,
        _entry: ConnectionPoolEntry,
        arguments: list[object],
        options: dict[str, object],
    ) -> None:
        if not kept:
            kept.append(sqlite3.connect(name, uri=True, check_same_thread=False))
        arguments[0], options["uri"] = name, True

    def end(_engine: Engine) -> None:
        while kept:
            kept.pop().close()

    event.listen(engine.sync_engine, "do_connect", connect)
    event.listen(engine.sync_engine, "engine_disposed", end)
