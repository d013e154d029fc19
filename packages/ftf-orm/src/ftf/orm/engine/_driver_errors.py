"""Translation of driver errors into the exceptions of this package."""

import re
from types import TracebackType

from sqlalchemy import MetaData
from sqlalchemy.exc import CircularDependencyError, DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm.exc import StaleDataError

from ..exceptions import (
    CheckViolation,
    ConstraintViolation,
    DatabaseBusy,
    DatabaseUnavailable,
    Deadlock,
    DuplicateRecord,
    ForeignKeyViolation,
    InvalidValue,
    NotNullViolation,
    OrmError,
    SchemaChanged,
    SerializationFailure,
    StaleRecord,
    TransactionConflict,
    TransactionMisuse,
)

# PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html
# SQLite: https://sqlite.org/rescode.html
_VIOLATIONS: dict[str, type[ConstraintViolation]] = {
    "23001": ForeignKeyViolation,  # ON DELETE RESTRICT
    "23502": NotNullViolation,
    "23503": ForeignKeyViolation,
    "23505": DuplicateRecord,
    "23514": CheckViolation,
    "23P01": ConstraintViolation,
    "SQLITE_CONSTRAINT_CHECK": CheckViolation,
    "SQLITE_CONSTRAINT_FOREIGNKEY": ForeignKeyViolation,
    "SQLITE_CONSTRAINT_NOTNULL": NotNullViolation,
    "SQLITE_CONSTRAINT_PRIMARYKEY": DuplicateRecord,
    "SQLITE_CONSTRAINT_TRIGGER": ForeignKeyViolation,  # ON DELETE RESTRICT is one inside
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
_UNAVAILABLE = ("08", "53", "57P", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR")
_INVALID = ("22", "54000", "SQLITE_CONSTRAINT_DATATYPE", "SQLITE_MISMATCH", "SQLITE_TOOBIG")
_DIVISION_BY_ZERO = "22012"  # a stored value can be the reason, not one that was passed
_NO_OPERATOR = "42883"  # also the code of unknown functions, so the text is compared too
# Raised by a column's type before the statement is sent, or by the driver of SQLite as they are.
REFUSED_BY_TYPE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_REFUSED_BY_SQLITE = (OverflowError, UnicodeEncodeError)
# Matched from the start: further on, a message may quote what a client sent.
_KEY = re.compile(r"Key \((?P<columns>.+?)\)=\(", re.DOTALL)
_WRITTEN = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?P<table>[\w."]+)', re.IGNORECASE)
_ARGUMENT = re.compile(r"invalid input for query argument .* \((?P<reason>.+)\)$", re.DOTALL)


class typed_errors:  # noqa: N801  # a context manager, and a class because it runs on every call
    """Raise known driver errors as the exceptions of this package, others as they are.

    Repositories and transactions do so already; this is for direct calls of a session:
    `with typed_errors(): await session.commit()`.

    Args:
        metadata: The tables that are written, to name the foreign keys that SQLite does not name.
    """

    __slots__ = ("_metadata",)

    def __init__(self, metadata: MetaData | None = None) -> None:
        self._metadata = metadata

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            return
        typed = typed_error(error, self._metadata)
        try:
            if typed is not None:
                raise typed from error
        finally:
            del typed  # its traceback refers to this frame


def typed_error(error: BaseException, metadata: MetaData | None = None) -> OrmError | None:
    """Return this package's exception for an error of SQLAlchemy or a driver, if there is one."""
    if isinstance(error, StaleDataError):
        return StaleRecord()
    if isinstance(error, CircularDependencyError):  # of rows: no order of statements keeps the keys
        return ForeignKeyViolation()
    if _is_unavailable(error):
        return DatabaseUnavailable()
    if (reason := _reason_of_refusal(error)) is not None:
        return InvalidValue(reason)
    return _typed_by_code(error, metadata) if isinstance(error, DBAPIError) else None


def driver_code(error: BaseException) -> str:
    """Return the SQLSTATE, or the name of SQLite's result code, or ""."""
    said = getattr(error, "orig", error)
    return str(getattr(said, "sqlstate", None) or getattr(said, "sqlite_errorname", None) or "")


def is_schema_change(error: BaseException) -> bool:
    """Return whether a prepared statement is out of date, because a table was altered since.

    The statement can run again in another transaction: SQLAlchemy has dropped it from its cache.
    """
    # By its name: its SQLSTATE stands for any unsupported feature, and SQLAlchemy drops it.
    return type(getattr(error, "orig", None)).__name__ == "InvalidCachedStatementError"


def _is_unavailable(error: BaseException) -> bool:
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    refused = isinstance(error, OSError | NoFreeConnection)
    return lost or refused or driver_code(error).startswith(_UNAVAILABLE)


def _reason_of_refusal(error: BaseException) -> str | None:
    """Return why a type, a driver or a database does not accept a value."""
    if isinstance(error, _REFUSED_BY_SQLITE):
        return str(error)
    if not isinstance(error, StatementError):
        return None
    # asyncpg's exception is the cause of the one that SQLAlchemy's adapter raises.
    said = getattr(error.orig, "__cause__", None) or error.orig
    code = driver_code(error)
    if not isinstance(error, DBAPIError):
        return str(said) if isinstance(said, REFUSED_BY_TYPE) else None
    if code.startswith(_INVALID) and code != _DIVISION_BY_ZERO:
        match = _ARGUMENT.match(str(said))
        return match["reason"] if match else str(said)
    beginning = "operator does not exist" if code == _NO_OPERATOR else "Error binding parameter"
    return str(said) if str(said).startswith(beginning) else None


def _typed_by_code(error: DBAPIError, metadata: MetaData | None) -> OrmError | None:
    code = driver_code(error)
    if is_schema_change(error):
        return SchemaChanged()
    if (conflict := _CONFLICTS.get(code)) is not None:
        return conflict()
    if code == _GIVEN_UP:
        return TransactionMisuse(
            "A statement failed before in this transaction, and PostgreSQL refuses all others: "
            "wrap statements that can fail in a `transaction` block of their own"
        )
    violation = _VIOLATIONS.get(code)
    if violation is None or _is_own_trigger(code, error):
        return None
    if violation is ForeignKeyViolation and code.startswith("SQLITE"):
        return violation(_foreign_keys(error.statement or "", metadata))
    facts_from = _facts_from_sqlite if code.startswith("SQLITE") else _facts_from_postgres
    return violation(*facts_from(error))


def _is_own_trigger(code: str, error: DBAPIError) -> bool:
    return code == "SQLITE_CONSTRAINT_TRIGGER" and not str(error.orig).startswith("FOREIGN KEY")


def _facts_from_postgres(error: DBAPIError) -> tuple[tuple[str, ...], str | None]:
    # SQLAlchemy's adapter of asyncpg wraps the driver's exception, which has the names.
    cause = getattr(error.orig, "__cause__", None) or error.orig
    constraint = getattr(cause, "constraint_name", None)
    if column := getattr(cause, "column_name", None):
        return (str(column),), constraint
    match = _KEY.match(str(getattr(cause, "detail", "")))
    columns = match["columns"].split(",") if match else []
    return tuple(column.strip().strip('"') for column in columns), constraint


def _facts_from_sqlite(error: DBAPIError) -> tuple[tuple[str, ...], str | None]:
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
