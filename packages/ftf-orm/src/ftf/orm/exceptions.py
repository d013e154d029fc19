"""The exceptions of ftf-orm.

    OrmError
    ├── ColumnNotLoaded (also SQLAlchemy's MissingGreenlet)
    ├── CommitOutcomeUnknown
    ├── ConcurrentUse
    ├── ConstraintViolation
    │   ├── CheckViolation
    │   ├── DuplicateRecord
    │   ├── ForeignKeyViolation
    │   └── NotNullViolation
    ├── CursorError (also a ValueError)
    ├── DatabaseUnavailable
    ├── InvalidValue (also a ValueError)
    │   └── InvalidArgument
    ├── MigrationError
    ├── MissingDriver (also an ImportError)
    ├── MultipleRecordsFound
    ├── QueryTimeout
    ├── RecordNotFound
    ├── RecordOfOtherSession (also SQLAlchemy's InvalidRequestError)
    ├── RelationNotLoaded (also SQLAlchemy's InvalidRequestError)
    ├── StaleRecord
    ├── TransactionConflict
    │   ├── DatabaseBusy
    │   ├── Deadlock
    │   ├── SchemaChanged
    │   └── SerializationFailure
    └── TransactionMisuse

The attributes are the contract; the texts may improve in any release.
"""

from sqlalchemy.exc import InvalidRequestError, MissingGreenlet


class OrmError(Exception):
    """The base class of the exceptions of ftf-orm."""


class ConstraintViolation(OrmError):
    """A write would break a rule of the database; of this class itself, an exclusion constraint.

    Args:
        columns: The columns the rule is about, as far as the database names them.
        constraint: The name of the rule, where the database names it.
    """

    def __init__(self, columns: tuple[str, ...] = (), constraint: str | None = None) -> None:
        super().__init__(columns, constraint)
        self.columns = columns
        self.constraint = constraint

    @property
    def subject(self) -> str:
        """What the rule is about, in words."""
        return " and ".join(self.columns) or self.constraint or "of an unnamed constraint"

    def __str__(self) -> str:
        return f"The record conflicts with a stored one by the rule {self.subject}"


class CheckViolation(ConstraintViolation):
    """A value is outside of what a CHECK constraint allows."""

    def __str__(self) -> str:
        return f"A value does not meet the check {self.subject}"


class DuplicateRecord(ConstraintViolation):
    """A write would repeat values that have to be unique together."""

    def __str__(self) -> str:
        return f"Another record already has the same {self.subject}"


class ForeignKeyViolation(ConstraintViolation):
    """A write would refer to a record that is missing, or remove one that is referred to.

    SQLite does not name the key: the columns are all the foreign keys of the table.
    """

    def __str__(self) -> str:
        return f"A record refers to a missing one, or is still referred to, by {self.subject}"


class NotNullViolation(ConstraintViolation):
    """A required value is missing."""

    def __str__(self) -> str:
        return f"A record needs a value for {self.subject}"


class ColumnNotLoaded(OrmError, MissingGreenlet):
    """An attribute was read whose column is not loaded, which async code cannot load there.

    The column is deferred, belongs to a subclass that was not queried, or has expired.

    Args:
        model: The model of the record.
        columns: The names of the attributes that are not loaded.
    """

    def __init__(self, model: type, columns: tuple[str, ...]) -> None:
        super().__init__(model, columns)
        self.model = model
        self.columns = columns

    def __str__(self) -> str:
        names = ", ".join(f"{self.model.__name__}.{column}" for column in self.columns)
        return (
            f"no value is loaded for {names}, and async code cannot load one by reading the "
            f"attribute: await session.refresh(record, {list(self.columns)})"
        )


class CommitOutcomeUnknown(OrmError):
    """The connection broke while committing: the transaction may or may not be stored."""

    def __str__(self) -> str:
        return "The connection broke during COMMIT: check whether it was stored before trying again"


class ConcurrentUse(OrmError):
    """Two tasks use one session at once, which mixes up their transactions."""

    def __str__(self) -> str:
        return (
            "Another task is using this session: open a session for each task. Where middleware "
            "runs the handler in a task of its own, as Starlette's BaseHTTPMiddleware does, open "
            "the transaction in a dependency with `yield` instead, or in pure ASGI middleware"
        )


class CursorError(OrmError, ValueError):
    """A text is not a cursor of the list that is read.

    It was changed, signed with another key, made for another order, or is not a cursor at all.

    Args:
        cursor: The text.
    """

    def __init__(self, cursor: str) -> None:
        super().__init__(cursor)
        self.cursor = cursor

    def __str__(self) -> str:
        return "The cursor is not one of this list: begin without a cursor"


class DatabaseUnavailable(OrmError):
    """The database refuses connections, closed one, or has none left. Nothing was stored."""

    def __str__(self) -> str:
        return "The database cannot be reached at the moment: try again later"


class InvalidValue(OrmError, ValueError):
    """A column's type or the database does not accept a value.

    It has the wrong type, is too long or out of range, or contains what cannot be stored, such as
    the character NUL on PostgreSQL.

    Args:
        reason: What the type, the driver or the database says about it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"A value is not valid for the database: {self.reason}"


class InvalidArgument(InvalidValue):
    """A step of a query does not accept an argument that clients can choose, such as `per_page`.

    Args:
        argument: The name of the parameter.
        reason: What is wrong with the argument.
    """

    def __init__(self, argument: str, reason: str) -> None:
        super().__init__(reason)
        self.args = argument, reason
        self.argument = argument

    def __str__(self) -> str:
        return self.reason


class MigrationError(OrmError):
    """A migration cannot run, or would leave the database worse than it was."""


class MissingDriver(OrmError, ImportError):
    """The driver of the database is not installed.

    Args:
        driver: The module that is missing.
        extra: The extra of ftf-orm that installs it.
    """

    def __init__(self, driver: str, extra: str) -> None:
        super().__init__(driver, extra)
        self.driver = driver
        self.extra = extra

    def __str__(self) -> str:
        return f'The driver {self.driver} is not installed: pip install "ftf-orm[{self.extra}]"'


class _OfModel(OrmError):
    """An error about the records of one model."""

    def __init__(self, model: type) -> None:
        super().__init__(model)
        self.model = model


class MultipleRecordsFound(_OfModel):
    """More than one record meets the conditions.

    Args:
        model: The model that was searched.
    """

    def __str__(self) -> str:
        return f"More than one {self.model.__name__} found"


class QueryTimeout(OrmError):
    """A query took longer than its time limit, and the database ended it.

    Args:
        seconds: The limit.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"The query took longer than {self.seconds} seconds"


class RecordNotFound(_OfModel):
    """No record meets the conditions.

    Args:
        model: The model that was searched.
    """

    def __str__(self) -> str:
        return f"{self.model.__name__} not found"


class RecordOfOtherSession(OrmError, InvalidRequestError):
    """A record was to be written in a session that it does not belong to.

    Another session holds it, or this session holds another object for the same row.

    Args:
        model: The model of the record.
        reason: What SQLAlchemy says, which names the record that is meant.
    """

    def __init__(self, model: type, reason: str) -> None:
        super().__init__(model, reason)
        self.model = model
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"This {self.model.__name__}, or a record that it refers to, belongs to another "
            "session: read it with await repository.find(key), and change what you get "
            f"({self.reason})"
        )


class RelationNotLoaded(OrmError, InvalidRequestError):
    """A relationship was read that no query has loaded.

    Args:
        relation: The relationship, such as `Book.author`.
    """

    def __init__(self, relation: str) -> None:
        super().__init__(relation)
        self.relation = relation

    def __str__(self) -> str:
        return (
            f"'{self.relation}' is not loaded: eager load it with .with_({self.relation}), "
            f"or load it with await repository.load(record, {self.relation})"
        )


class StaleRecord(OrmError):
    """Another transaction changed or removed a record after it was read."""

    def __str__(self) -> str:
        return "The record was changed or removed meanwhile: read it again"


class TransactionConflict(OrmError):
    """A transaction lost against another one. Nothing is stored, and it can be tried again."""


class DatabaseBusy(TransactionConflict):
    """Another transaction held a lock for too long."""

    def __str__(self) -> str:
        return "The database is locked by another transaction: try again"


class Deadlock(TransactionConflict):
    """Two transactions waited for each other, and the database ended this one."""

    def __str__(self) -> str:
        return "The transaction was in a deadlock with another one: try again"


class SchemaChanged(TransactionConflict):
    """A table was altered while the transaction was open."""

    def __str__(self) -> str:
        return "A table was altered meanwhile: try again"


class SerializationFailure(TransactionConflict):
    """The transaction read what another one has changed meanwhile."""

    def __str__(self) -> str:
        return "The transaction read what another one has changed meanwhile: try again"


class TransactionMisuse(OrmError):
    """A transaction was used in a way that would end or break it."""
