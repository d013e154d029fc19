"""SQLite's connections: pragmas, transactions that begin with a write, rollback on close."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExecutionContext
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

from ..exceptions import TransactionMisuse
from ._autocommit import commits_each_statement

_ASIDE = r"--[^\n]*|/\*.*?\*/"  # comments
# Possessive (?>...) and *+: backtracking would let a comment extend to the end of a later one.
_BEGINNING = re.compile(
    rf"(?>\s+|{_ASIDE})*+(?:(SELECT|VALUES|EXPLAIN|PRAGMA|BEGIN)|(WITH))\b",
    re.IGNORECASE | re.DOTALL,
)
_NO_KEYWORDS = re.compile(rf"{_ASIDE}|'[^']*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]", re.DOTALL)
# replace(...) is a function; REPLACE INTO is not.
_WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE(?!\s*\())\b", re.IGNORECASE)
_PRAGMAS = (
    # SQLite checks foreign keys, and obeys ON DELETE, only if each connection asks for it.
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",
)
_WRITE_AHEAD_LOG = "PRAGMA journal_mode = WAL"  # readers and a writer do not wait for each other
_BEGUN = "ftf.orm.begun"


class RollingBackConnection(sqlite3.Connection):
    """A connection that rolls back before it closes.

    A statement that was cancelled half-way lives as long as its task's traceback, and SQLite puts
    off closing until the last statement is gone: the lock would stay until then
    (https://sqlite.org/c3ref/close.html).
    """

    def close(self) -> None:
        """Roll back and close."""
        with suppress(sqlite3.ProgrammingError):  # closed already
            self.rollback()
        super().close()


def prepare_sqlite(engine: AsyncEngine) -> None:
    """Set up an engine's connections with foreign keys, a write-ahead log and write transactions.

    A transaction begins with its first write, by BEGIN IMMEDIATE: SQLite cannot refuse the write
    because another connection wrote after an earlier read, and savepoints are part of it
    (SQLAlchemy's documentation, "SQLite", "Transactions with SQLite and the sqlite3 driver";
    https://sqlite.org/lang_transaction.html).
    """

    def set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        with _read_only_allowed():
            cursor.execute(_WRITE_AHEAD_LOG)
        cursor.close()

    event.listen(engine.sync_engine, "connect", set_up)
    event.listen(engine.sync_engine, "reset", _roll_back_what_is_open)
    event.listen(engine.sync_engine, "before_cursor_execute", _begin_to_write)


@contextmanager
def _read_only_allowed() -> Iterator[None]:
    """Ignore the error of a read-only file, whose journal cannot be switched."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith("SQLITE_READONLY"):
            raise


def begin_immediate(connection: Connection) -> object:
    """Begin a write transaction, unless one is open or the connection commits each statement.

    Returns:
        An object that identifies SQLite's transaction, or None if it was not begun here.
    """
    if commits_each_statement(connection):
        return None
    if not in_transaction(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.info[_BEGUN] = object()
    return connection.info.get(_BEGUN)


def refuse_another(connection: Connection, begun: object) -> None:
    """Raise if SQLite's transaction is not the one that `begin_immediate` began.

    Raises:
        TransactionMisuse: It was rolled back meanwhile.
    """
    if not in_transaction(connection) or connection.info[_BEGUN] is not begun:
        raise TransactionMisuse(
            "SQLite's transaction was rolled back inside transaction(): by an error, or by another "
            "session. One connection for all sessions (StaticPool) is for one session at a time: "
            "leave poolclass out, or use a file"
        )


def _roll_back_what_is_open(
    connection: DBAPIConnection, _: ConnectionPoolEntry, state: PoolResetState
) -> None:
    # Replaces SQLAlchemy's reset, which after each commit waits for the driver's thread without
    # need. A task that is cancelled there would not learn of its commit, and the connection would
    # stay checked out (https://github.com/sqlalchemy/sqlalchemy/issues/13699).
    if state.asyncio_safe and connection.driver_connection.in_transaction:
        connection.rollback()


def _begin_to_write(
    connection: Connection,
    _cursor: DBAPICursor,
    statement: str,
    _parameters: object,
    _context: ExecutionContext | None,
    _many: bool,  # noqa: FBT001  # SQLAlchemy passes it by position
) -> None:
    if not _only_reads(statement):
        begin_immediate(connection)


def _only_reads(statement: str) -> bool:
    """Return whether a statement certainly writes nothing."""
    beginning = _BEGINNING.match(statement)
    if beginning is None:
        return False
    # A statement that begins with common table expressions may read or write.
    reads = beginning[1] is not None
    return reads or not _WRITES.search(_NO_KEYWORDS.sub(" ", statement))


def in_transaction(connection: Connection) -> bool:
    """Return whether a write transaction is open on a connection."""
    return bool(getattr(connection.connection.driver_connection, "in_transaction", False))
