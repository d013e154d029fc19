"""Repositories and an immutable query builder on SQLAlchemy's async ORM."""

from .engine._driver_errors import typed_errors
from .engine._engine import create_engine
from .exceptions import (
    CheckViolation,
    ColumnNotLoaded,
    CommitOutcomeUnknown,
    ConcurrentUse,
    ConstraintViolation,
    CursorError,
    DatabaseBusy,
    DatabaseUnavailable,
    Deadlock,
    DuplicateRecord,
    ForeignKeyViolation,
    InvalidArgument,
    InvalidValue,
    MigrationError,
    MissingDriver,
    MultipleRecordsFound,
    NotNullViolation,
    OrmError,
    QueryTimeout,
    RecordNotFound,
    RecordOfOtherSession,
    RelationNotLoaded,
    SchemaChanged,
    SerializationFailure,
    StaleRecord,
    TransactionConflict,
    TransactionMisuse,
)
from .models._base import Base
from .models._soft_deletes import SoftDeletes, unique_among_living
from .models._timestamps import Timestamps, UtcDateTime
from .models._uuid_key import UuidKey, uuid7
from .models._versioned import Versioned
from .provider import DatabaseProvider
from .query import CursorPage, Page, PaginatedQuery, QueryBuilder, SimplePage
from .relations._relation import Relation, Synced
from .repository._repository import BaseRepository
from .transactions._retry import run_transaction
from .transactions._session_factory import session_factory
from .transactions._transaction import Transaction, transaction

__all__ = [
    "Base",
    "BaseRepository",
    "CheckViolation",
    "ColumnNotLoaded",
    "CommitOutcomeUnknown",
    "ConcurrentUse",
    "ConstraintViolation",
    "CursorError",
    "CursorPage",
    "DatabaseBusy",
    "DatabaseProvider",
    "DatabaseUnavailable",
    "Deadlock",
    "DuplicateRecord",
    "ForeignKeyViolation",
    "InvalidArgument",
    "InvalidValue",
    "MigrationError",
    "MissingDriver",
    "MultipleRecordsFound",
    "NotNullViolation",
    "OrmError",
    "Page",
    "PaginatedQuery",
    "QueryBuilder",
    "QueryTimeout",
    "RecordNotFound",
    "RecordOfOtherSession",
    "Relation",
    "RelationNotLoaded",
    "SchemaChanged",
    "SerializationFailure",
    "SimplePage",
    "SoftDeletes",
    "StaleRecord",
    "Synced",
    "Timestamps",
    "Transaction",
    "TransactionConflict",
    "TransactionMisuse",
    "UtcDateTime",
    "UuidKey",
    "Versioned",
    "create_engine",
    "run_transaction",
    "session_factory",
    "transaction",
    "typed_errors",
    "unique_among_living",
    "uuid7",
]
