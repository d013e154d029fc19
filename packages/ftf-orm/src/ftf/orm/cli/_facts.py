"""What is known of a database before it is changed: where it is, its name, its tables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from ftf.container.cli import Project
from ftf.container.environment import Environment


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """A database.

    Args:
        name: Its name; of SQLite that of the file.
        host: The host; empty for a file, for memory and for a socket.
        path: The file of an SQLite database, if it has one.
        tables: The number of tables.
    """

    name: str
    host: str
    path: Path | None
    tables: int

    @classmethod
    def of(
        cls, connection: Connection, variables: Mapping[str, str] = os.environ
    ) -> "DatabaseFacts":
        """Return the facts of the database that a connection goes to."""
        url, tables = connection.engine.url, len(inspect(connection).get_table_names())
        if connection.dialect.name == "sqlite":
            file = connection.exec_driver_sql("PRAGMA database_list").first()
            path = Path(file[2]).resolve() if file and file[2] else None
            return cls(path.name if path else ":memory:", "", path, tables)
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        named = url.query.get("host", "")
        # asyncpg and libpq read PGHOST where the URL names no host.
        host = url.host or ",".join([named] if isinstance(named, str) else named)
        return cls(str(name), host or variables.get("PGHOST", ""), None, tables)

    @classmethod
    def of_migration(cls, migration: MigrationContext) -> "DatabaseFacts":
        """Return the facts of the database that is migrated."""
        return cls.of(cast(Connection, migration.connection))  # None only for --sql

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return str(self.path or self.host or "this machine")

    def is_disposable(self, environment: Environment, project: Project) -> bool:
        """Return whether it may be dropped without asking.

        That is so in local and testing, if it is a file below the project, in memory, on this
        machine, or named in `disposable`.
        """
        if not environment.is_local:
            return False
        if any(fnmatch(self.name, pattern) for pattern in project.disposable):
            return True
        if self.path:
            return self.path.is_relative_to(project.root.resolve())
        return all(_is_local(host) for host in self.host.split(","))


def _is_local(host: str) -> bool:
    """Return whether a host is this machine: no host, a socket, or a loopback address."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
