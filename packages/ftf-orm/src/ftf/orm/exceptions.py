"""Everything ftf-orm raises by itself.

    OrmError
    ├── ConstraintViolation
    │   ├── CheckViolation
    │   ├── DuplicateRecord
    │   ├── ForeignKeyViolation
    │   └── NotNullViolation
    ├── ColumnNotLoaded (also SQLAlchemy's MissingGreenlet)
    ├── CommitOutcomeUnknown
    ├── ConcurrentUse
    ├── MigrationError
    ├── MissingDriver (also an ImportError)
    ├── MultipleRecordsFound
    ├── RecordNotFound
    ├── RelationNotLoaded (also SQLAlchemy's InvalidRequestError)
    ├── StaleRecord
    ├── TransactionConflict
    │   ├── DatabaseBusy
    │   ├── Deadlock
    │   └── SerializationFailure
    └── TransactionMisuse

The attributes are the contract; the texts may improve in any release.
"""

from sqlalchemy.exc import InvalidRequestError, MissingGreenlet


class OrmError(Exception):
    """The base of everything ftf-orm raises by itself."""


class ConstraintViolation(OrmError):
    """A write would break a rule of the database.

    Args:
        columns: The columns the rule is about, as far as the database tells.
        constraint: The name of the rule, where the database tells it.
    """

    def __init__(self, columns: tuple[str, ...] = (), constraint: str | None = None) -> None:
        super().__init__(columns, constraint)
        self.columns = columns
        self.constraint = constraint

    @property
    def subject(self) -> str:
        """What the rule is about, in words."""
        return " and ".join(self.columns) or self.constraint or "of an unnamed constraint"


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

    SQLite does not tell which key it was: the columns are all the keys of the table.
    """

    def __str__(self) -> str:
        return f"A record refers to a missing one, or is still referred to, by {self.subject}"


class NotNullViolation(ConstraintViolation):
    """A value that has to be there is missing."""

    def __str__(self) -> str:
        return f"A record needs a value for {self.subject}"


class ColumnNotLoaded(OrmError, MissingGreenlet):
    """An attribute was read whose column is not loaded, which async code cannot load there.

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
        return "The connection broke during COMMIT: look whether it was stored before trying again"


class ConcurrentUse(OrmError):
    """Two tasks use one session at once, which mixes up their transactions."""

    def __str__(self) -> str:
        return "Another task is using this session: open a session for each task"


class MigrationError(OrmError):
    """A migration cannot run, or would leave the database worse than it was."""


class MissingDriver(OrmError, ImportError):
    """The driver that speaks to the database is not installed.

    Args:
        driver: The module that is missing.
        extra: The extra of ftf-orm that brings it.
    """

    def __init__(self, driver: str, extra: str) -> None:
        super().__init__(driver, extra)
        self.driver = driver
        self.extra = extra

    def __str__(self) -> str:
        return f'The driver {self.driver} is not installed: pip install "ftf-orm[{self.extra}]"'


class _OfModel(OrmError):
    """About a model."""

    def __init__(self, model: type) -> None:
        super().__init__(model)
        self.model = model


class MultipleRecordsFound(_OfModel):
    """More than one record answers to what was asked for.

    Args:
        model: The model that was searched.
    """

    def __str__(self) -> str:
        return f"More than one {self.model.__name__} found"


class RecordNotFound(_OfModel):
    """No record answers to what was asked for.

    Args:
        model: The model that was searched.
    """

    def __str__(self) -> str:
        return f"{self.model.__name__} not found"


class RelationNotLoaded(OrmError, InvalidRequestError):
    """A relationship was touched that no query has brought along.

    Args:
        relation: The relationship, such as `Book.author`.
    """

    def __init__(self, relation: str) -> None:
        super().__init__(relation)
        self.relation = relation

    def __str__(self) -> str:
        return (
            f"'{self.relation}' is not available due to lazy='raise': bring it along with "
            f".with_({self.relation}), or load it with repository.load(record, {self.relation})"
        )


class StaleRecord(OrmError):
    """A record was changed or removed by somebody else since it was read."""

    def __str__(self) -> str:
        return "The record was changed or removed meanwhile: read it again"


class TransactionConflict(OrmError):
    """A transaction lost against another one; nothing is stored, and it may be tried again."""


class DatabaseBusy(TransactionConflict):
    """Another transaction kept a lock for too long."""

    def __str__(self) -> str:
        return "The database is locked by another transaction: try again"


class Deadlock(TransactionConflict):
    """Two transactions waited for each other, and the database ended this one."""

    def __str__(self) -> str:
        return "The transaction was in a deadlock with another one: try again"


class SerializationFailure(TransactionConflict):
    """The transaction read what another one has changed meanwhile."""

    def __str__(self) -> str:
        return "The transaction read what another one has changed meanwhile: try again"


class TransactionMisuse(OrmError):
    """A transaction was used in a way that would break it."""
