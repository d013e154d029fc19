"""The copy of a SQLite file, in memory."""

import sqlite3
from typing import Self, cast

from sqlalchemy import Connection


class FileCopy:
    """The content of a SQLite file, in memory.

    Args:
        content: The database in memory.
    """

    def __init__(self, content: sqlite3.Connection) -> None:
        self._content = content

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """Copy the file of a connection."""
        content = sqlite3.connect(":memory:")
        _driver(connection).backup(content)
        return cls(content)

    def restore(self, connection: Connection) -> None:
        """Write the copy back to the file of a connection.

        Raises:
            OperationalError: Another connection holds a lock.
        """
        self._content.backup(_driver(connection), progress=_refuse_to_wait)

    def close(self) -> None:
        """Free the memory."""
        self._content.close()


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _refuse_to_wait(status: int, *_pages: int) -> None:
    """Raise if the database is locked: `backup` would retry without end."""
    if status not in {sqlite3.SQLITE_OK, sqlite3.SQLITE_DONE}:
        raise sqlite3.OperationalError(
            "the database is locked: a connection is still in a transaction"
        )
