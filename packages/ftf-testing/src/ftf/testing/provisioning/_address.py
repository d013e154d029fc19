"""The address of a database, by which the test database is recognised."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Dialect

# Of paths and URIs, which end with their options.
_IN_MEMORY = (":memory:", "mode=memory", "vfs=memdb")
_THIS_MACHINE = {"", "127.0.0.1", "::1", "localhost"}
_DEFAULT_PORTS = {"", "5432"}


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """The server and the database of a connection.

    Args:
        dialect: The name of SQLAlchemy's dialect, such as postgresql.
        server: Host, and port if it is not PostgreSQL's; "" for a file.
        database: The database, or the absolute path of a SQLite file.
        is_in_memory: Whether it is a SQLite database in memory.
    """

    dialect: str
    server: str
    database: str
    is_in_memory: bool = False

    @classmethod
    def of(cls, dialect: Dialect, args: Sequence[object], options: Mapping[str, object]) -> Self:
        """Return the address in the arguments of a driver's `connect`."""
        if dialect.name == "sqlite":
            name = str(args[0] if args else options.get("database"))
            if any(each in name for each in _IN_MEMORY):
                return cls("sqlite", "", name, is_in_memory=True)
            path = name.removeprefix("file:").partition("?")[0] if options.get("uri") else name
            return cls("sqlite", "", str(Path(path).resolve()))
        # The drivers do not agree on the name of the parameter.
        names = (str(options[key]) for key in ("database", "dbname", "db") if key in options)
        host, port = (str(options.get(key) or "") for key in ("host", "port"))
        server = "localhost" if host in _THIS_MACHINE else host
        server += "" if port in _DEFAULT_PORTS else f":{port}"
        return cls(dialect.name, server, next(names, ""))

    @classmethod
    def at(cls, url: URL) -> Self:
        """Return the address in a URL."""
        dialect = url.get_dialect()()
        return cls.of(dialect, *dialect.create_connect_args(url))

    def is_file_in(self, folder: Path) -> bool:
        """Return whether it is a SQLite file below a folder."""
        return self.dialect == "sqlite" and Path(self.database).is_relative_to(folder)

    def __str__(self) -> str:
        if self.dialect == "sqlite":
            return self.database.removeprefix(f"{Path.cwd()}{os.sep}")
        return f"the {self.dialect} database {self.database!r} on {self.server}"
