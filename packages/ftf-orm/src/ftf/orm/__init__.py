"""Repositories and an immutable query builder on SQLAlchemy's async ORM."""

from ._base import Base
from ._engine import create_engine
from ._errors import typed_errors
from ._relation import Relation, Synced
from ._repository import BaseRepository
from ._retry import run_transaction
from ._session_factory import session_factory
from ._timestamps import Timestamps, UtcDateTime
from ._transaction import Transaction, transaction
from .exceptions import (
    CheckViolation,
    ColumnNotLoaded,
    CommitOutcomeUnknown,
    ConcurrentUse,
    ConstraintViolation,
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
    RecordNotFound,
    RecordOfOtherSession,
    RelationNotLoaded,
    SchemaChanged,
    SerializationFailure,
    StaleRecord,
    TransactionConflict,
    TransactionMisuse,
)
from .provider import DatabaseProvider
from .query import Page, PaginatedQuery, QueryBuilder

__all__ = [
    "Base",
    "BaseRepository",
    "CheckViolation",
    "ColumnNotLoaded",
    "CommitOutcomeUnknown",
    "ConcurrentUse",
    "ConstraintViolation",
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
    "RecordNotFound",
    "RecordOfOtherSession",
    "Relation",
    "RelationNotLoaded",
    "SchemaChanged",
    "SerializationFailure",
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
