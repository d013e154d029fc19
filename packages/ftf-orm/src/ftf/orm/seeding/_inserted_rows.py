"""`InsertedRows`: how many rows a session inserts into each table."""

from collections import Counter
from collections.abc import Sized
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from ..bulk._copy import COPIED


class InsertedRows:
    """Counts the rows that a session inserts, by table.

    Those of a savepoint that is rolled back do not count.

    Args:
        session: The session, which has not begun yet; its connection may have savepoints.
    """

    def __init__(self, session: Session) -> None:
        self._rows: Counter[str] = Counter()
        self._before: list[Counter[str]] = []  # the open savepoints
        self._listens_to: set[Connection] = set()
        event.listen(session, "after_begin", self._listen)

    def by_table(self) -> dict[str, int]:
        """Return the numbers by the names of the tables, without tables that got none."""
        return {name: rows for name, rows in sorted(self._rows.items()) if rows}

    def _listen(self, _session: Session, _transaction: object, connection: Connection) -> None:
        if connection in self._listens_to:
            return
        self._listens_to.add(connection)
        event.listen(connection, "after_cursor_execute", self._count)
        event.listen(connection, "savepoint", self._save)
        event.listen(connection, "rollback_savepoint", self._roll_back)
        event.listen(connection, "release_savepoint", self._release)

    def _count(
        self,
        connection: Connection,
        cursor: Any,  # noqa: ANN401  # of the driver
        _statement: str,
        parameters: Sized,
        context: Any,  # noqa: ANN401  # its public attributes are not typed
        executemany: bool,  # noqa: FBT001  # as SQLAlchemy calls it
    ) -> None:
        state = getattr(context.compiled, "dml_compile_state", None)
        if state is None or not state.isinsert:
            return
        rows = context.execution_options.get(COPIED, cursor.rowcount)
        if rows < 0 and connection.dialect.name == "sqlite":  # pragma: no cover  # SQLAlchemy 2.0
            rows = _changes(connection)
        elif rows < 0 and executemany:  # which asyncpg does not count
            rows = len(parameters)
        self._rows[state.dml_table.fullname] += rows

    def _save(self, *_: object) -> None:
        self._before.append(self._rows.copy())

    def _roll_back(self, *_: object) -> None:
        self._rows = self._before.pop() if self._before else Counter()

    def _release(self, *_: object) -> None:
        del self._before[-1:]  # none if it began before the session


def _changes(connection: Connection) -> int:  # pragma: no cover  # SQLAlchemy 2.0
    """Return how many rows the last INSERT of SQLite has inserted."""
    cursor = connection.connection.cursor()
    cursor.execute("SELECT changes()")
    found: int = cursor.fetchall()[0][0]
    cursor.close()
    return found
