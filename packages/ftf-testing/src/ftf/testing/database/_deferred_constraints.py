"""The constraints that a database checks at COMMIT, which a rolled-back test never reaches."""

import sqlite3
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..queries._listener import UNCOUNTED

_OPTIONS = {UNCOUNTED: True}  # statements of the plugin, not of the application
_DEFERRABLE = """
SELECT quote_ident(nspname) || '.' || quote_ident(conname), condeferred
FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace WHERE condeferrable
"""
# SQLite stores constraints only as the text of CREATE TABLE.
_MAY_BE_DEFERRED = "SELECT count(*) FROM sqlite_master WHERE sql LIKE '%INITIALLY%DEFERRED%'"
_VIOLATIONS = "SELECT * FROM pragma_foreign_key_check"
# Where foreign keys are not checked, COMMIT does not check them either.
_VIOLATIONS_OF_COMMIT = (
    "SELECT * FROM pragma_foreign_key_check WHERE (SELECT foreign_keys FROM pragma_foreign_keys)"
)


@dataclass(frozen=True, slots=True)
class DeferredConstraints:
    """The deferrable constraints of a database, as they were before the first test.

    Args:
        exist: Whether there are any; if not, nothing is checked.
        deferred: On PostgreSQL, those that are INITIALLY DEFERRED, quoted as in SQL.
        violations: On SQLite, the foreign keys that were violated already.
    """

    exist: bool
    deferred: tuple[str, ...] = ()
    violations: frozenset[tuple[object, ...]] = frozenset()

    @classmethod
    def of(cls, connection: Connection) -> "DeferredConstraints":
        """Read the constraints of a database."""
        if connection.dialect.name == "postgresql":
            rows = connection.exec_driver_sql(_DEFERRABLE).all()
            return cls(bool(rows), tuple(name for name, is_deferred in rows if is_deferred))
        if not connection.exec_driver_sql(_MAY_BE_DEFERRED).scalar():
            return cls(exist=False)
        return cls(exist=True, violations=_rows(connection, _VIOLATIONS))

    def check_commits(self, sessions: type[Session]) -> None:
        """Check at each commit of a session of a class to its connection, with COMMIT's errors."""

        def check(session: Session) -> None:
            # RELEASE SAVEPOINT checks no deferred constraints.
            if not session.in_nested_transaction():
                session.flush()
                self.check(cast("Connection", session.get_bind()))

        if self.exist:
            event.listen(sessions, "before_commit", check)

    def check(self, connection: Connection) -> None:
        """Check what is stored so far, and defer the deferred constraints again.

        Raises:
            IntegrityError: COMMIT would raise it.
        """
        if connection.dialect.name == "postgresql":
            # PostgreSQL checks what is stored when a constraint becomes IMMEDIATE.
            _send(connection, "SET CONSTRAINTS ALL IMMEDIATE")
            if self.deferred:
                _send(connection, f"SET CONSTRAINTS {', '.join(self.deferred)} DEFERRED")
        elif _rows(connection, _VIOLATIONS_OF_COMMIT) - self.violations:
            raise IntegrityError("COMMIT", None, _foreign_key_error())


def _rows(connection: Connection, query: str) -> frozenset[tuple[object, ...]]:
    return frozenset(map(tuple, _send(connection, query)))


def _send(connection: Connection, statement: str) -> CursorResult[Any]:
    return connection.exec_driver_sql(statement, execution_options=_OPTIONS)


def _foreign_key_error() -> sqlite3.IntegrityError:
    """Return the error of SQLite's COMMIT, which no statement before COMMIT raises."""
    error = sqlite3.IntegrityError("FOREIGN KEY constraint failed")
    error.sqlite_errorcode = sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
    error.sqlite_errorname = "SQLITE_CONSTRAINT_FOREIGNKEY"
    return error
