"""What the drivers raise, as errors with a type and column names."""

import re
from types import TracebackType

from sqlalchemy import MetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from .exceptions import (
    CheckViolation,
    ConstraintViolation,
    DatabaseBusy,
    Deadlock,
    DuplicateRecord,
    ForeignKeyViolation,
    NotNullViolation,
    OrmError,
    SerializationFailure,
    StaleRecord,
    TransactionConflict,
    TransactionMisuse,
)

# PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html
# SQLite: https://sqlite.org/rescode.html
_VIOLATIONS: dict[str, type[ConstraintViolation]] = {
    "23502": NotNullViolation,
    "23503": ForeignKeyViolation,
    "23505": DuplicateRecord,
    "23514": CheckViolation,
    "SQLITE_CONSTRAINT_CHECK": CheckViolation,
    "SQLITE_CONSTRAINT_FOREIGNKEY": ForeignKeyViolation,
    "SQLITE_CONSTRAINT_NOTNULL": NotNullViolation,
    "SQLITE_CONSTRAINT_PRIMARYKEY": DuplicateRecord,
    "SQLITE_CONSTRAINT_UNIQUE": DuplicateRecord,
}
_CONFLICTS: dict[str, type[TransactionConflict]] = {
    "40001": SerializationFailure,
    "40P01": Deadlock,
    "55P03": DatabaseBusy,
    "SQLITE_BUSY": DatabaseBusy,
    "SQLITE_BUSY_SNAPSHOT": SerializationFailure,
    "SQLITE_LOCKED": DatabaseBusy,
}
_GIVEN_UP = "25P02"
# Matched from the start: further on, a message may quote what a client sent.
_KEY = re.compile(r"Key \((?P<columns>.+?)\)=\(", re.DOTALL)
_WRITTEN = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?P<table>[\w."]+)', re.IGNORECASE)


class typed_errors:  # noqa: N801  # a context manager, and a class because it runs on every call
    """Raise what a driver says as one of this package's errors, if it is one of the known.

    Repositories and transactions do so; this is for what a session does by itself:
    `with typed_errors(): await session.commit()`.

    Args:
        metadata: The tables that are written, to name the foreign keys that SQLite does not.
    """

    __slots__ = ("_metadata",)

    def __init__(self, metadata: MetaData | None = None) -> None:
        self._metadata = metadata

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if isinstance(error, StaleDataError):
            raise StaleRecord from error
        if isinstance(error, DBAPIError):
            typed = typed_error(error, self._metadata)
            try:
                if typed is not None:
                    raise typed from error
            finally:
                del typed  # its traceback refers to this frame


def typed_error(error: DBAPIError, metadata: MetaData | None = None) -> OrmError | None:
    """Translate what a driver raised."""
    code = driver_code(error)
    if (conflict := _CONFLICTS.get(code)) is not None:
        return conflict()
    if code == _GIVEN_UP:
        return TransactionMisuse(
            "A statement failed before in this transaction, and PostgreSQL refuses all others: "
            "wrap what may fail in a `transaction` block of its own"
        )
    if (violation := _VIOLATIONS.get(code)) is None:
        return None
    if violation is ForeignKeyViolation and code.startswith("SQLITE"):
        return violation(_foreign_keys(error.statement or "", metadata))
    tell = _told_by_sqlite if code.startswith("SQLITE") else _told_by_postgres
    return violation(*tell(error))


def driver_code(error: DBAPIError) -> str:
    """Read the SQLSTATE or the name of SQLite's result code."""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    return str(code or "")


def _told_by_postgres(error: DBAPIError) -> tuple[tuple[str, ...], str | None]:
    # The driver's own exception knows more than what SQLAlchemy makes of it.
    cause = getattr(error.orig, "__cause__", None)
    constraint = getattr(cause, "constraint_name", None)
    if column := getattr(cause, "column_name", None):
        return (str(column),), constraint
    match = _KEY.match(str(getattr(cause, "detail", "")))
    columns = match["columns"].split(",") if match else []
    return tuple(column.strip().strip('"') for column in columns), constraint


def _told_by_sqlite(error: DBAPIError) -> tuple[tuple[str, ...], str | None]:
    subject = str(error.orig).partition(" constraint failed: ")[2]
    if str(error.orig).startswith("CHECK") or subject.startswith("index "):
        return (), subject.removeprefix("index ").strip("'")
    return tuple(name.strip().rpartition(".")[2] for name in subject.split(",")), None


def _foreign_keys(statement: str, metadata: MetaData | None) -> tuple[str, ...]:
    match = _WRITTEN.match(statement)
    table = metadata.tables.get(match["table"].replace('"', "")) if match and metadata else None
    if table is None:
        return ()
    if statement.startswith("DELETE"):
        return tuple(column.name for column in table.primary_key)
    return tuple(sorted({key.parent.name for key in table.foreign_keys}))
