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
from .models._timestamps import Timestamps, UtcDateTime
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
    "StaleRecord",
    "Synced",
    "Timestamps",
    "Transaction",
    "TransactionConflict",
    "TransactionMisuse",
    "UtcDateTime",
    "create_engine",
    "run_transaction",
    "session_factory",
    "transaction",
    "typed_errors",
]
