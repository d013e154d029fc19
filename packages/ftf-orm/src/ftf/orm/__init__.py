"""Repositories and an immutable query builder on SQLAlchemy's async ORM."""

from ._base import Base
from ._engine import create_engine
from ._errors import typed_errors
from ._relation import Relation, Synced
from ._repository import BaseRepository
from ._retry import run_transaction
from ._timestamps import Timestamps, UtcDateTime
from ._transaction import Transaction, transaction
from .exceptions import (
    CheckViolation,
    ColumnNotLoaded,
    CommitOutcomeUnknown,
    ConcurrentUse,
    ConstraintViolation,
    DatabaseBusy,
    Deadlock,
    DuplicateRecord,
    ForeignKeyViolation,
    MigrationError,
    MissingDriver,
    MultipleRecordsFound,
    NotNullViolation,
    OrmError,
    RecordNotFound,
    RelationNotLoaded,
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
    "Deadlock",
    "DuplicateRecord",
    "ForeignKeyViolation",
    "MigrationError",
    "MissingDriver",
    "MultipleRecordsFound",
    "NotNullViolation",
    "OrmError",
    "Page",
    "PaginatedQuery",
    "QueryBuilder",
    "RecordNotFound",
    "Relation",
    "RelationNotLoaded",
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
    "transaction",
    "typed_errors",
]
