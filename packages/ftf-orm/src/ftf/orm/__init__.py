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
    Fault,
    ForeignKeyViolation,
    InvalidArgument,
    InvalidCriteria,
    InvalidInput,
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
    RuleViolation,
    SchemaChanged,
    SeederFailed,
    SeederRefused,
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
from .query.filters import (
    Criteria,
    CustomFilter,
    Filter,
    FilterSet,
    Include,
    Limits,
    Parameter,
    Sort,
    Used,
)
from .relations._relation import Relation, Synced
from .repository._plain import Repository
from .repository._repository import BaseRepository
from .rules import Exists, Rules, Unique
from .seeding._run import SeederRun, run_seeders
from .seeding._seeder import Seeder
from .transactions._retry import run_transaction
from .transactions._routing import using_primary
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
    "Criteria",
    "CursorError",
    "CursorPage",
    "CustomFilter",
    "DatabaseBusy",
    "DatabaseProvider",
    "DatabaseUnavailable",
    "Deadlock",
    "DuplicateRecord",
    "Exists",
    "Fault",
    "Filter",
    "FilterSet",
    "ForeignKeyViolation",
    "Include",
    "InvalidArgument",
    "InvalidCriteria",
    "InvalidInput",
    "InvalidValue",
    "Limits",
    "MigrationError",
    "MissingDriver",
    "MultipleRecordsFound",
    "NotNullViolation",
    "OrmError",
    "Page",
    "PaginatedQuery",
    "Parameter",
    "QueryBuilder",
    "QueryTimeout",
    "RecordNotFound",
    "RecordOfOtherSession",
    "Relation",
    "RelationNotLoaded",
    "Repository",
    "RuleViolation",
    "Rules",
    "SchemaChanged",
    "Seeder",
    "SeederFailed",
    "SeederRefused",
    "SeederRun",
    "SerializationFailure",
    "SimplePage",
    "SoftDeletes",
    "Sort",
    "StaleRecord",
    "Synced",
    "Timestamps",
    "Transaction",
    "TransactionConflict",
    "TransactionMisuse",
    "Unique",
    "Used",
    "UtcDateTime",
    "UuidKey",
    "Versioned",
    "create_engine",
    "run_seeders",
    "run_transaction",
    "session_factory",
    "transaction",
    "typed_errors",
    "unique_among_living",
    "using_primary",
    "uuid7",
]
