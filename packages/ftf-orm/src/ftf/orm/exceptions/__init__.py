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
    │   ├── InvalidArgument
    │   └── InvalidInput
    │       ├── InvalidCriteria
    │       └── RuleViolation
    ├── MigrationError
    ├── MissingDriver (also an ImportError)
    ├── MultipleRecordsFound
    ├── QueryTimeout
    ├── RecordNotFound
    ├── RecordOfOtherSession (also SQLAlchemy's InvalidRequestError)
    ├── RelationNotLoaded (also SQLAlchemy's InvalidRequestError)
    ├── SeederFailed
    ├── SeederRefused
    ├── StaleRecord
    ├── TransactionConflict
    │   ├── DatabaseBusy
    │   ├── Deadlock
    │   ├── SchemaChanged
    │   └── SerializationFailure
    ├── TransactionMisuse
    └── WrongEventLoop (also a RuntimeError)

The attributes are the contract; the texts may improve in any release.
"""

from ._constraints import (
    CheckViolation,
    ConstraintViolation,
    DuplicateRecord,
    ForeignKeyViolation,
    NotNullViolation,
)
from ._database import (
    DatabaseUnavailable,
    MigrationError,
    MissingDriver,
    QueryTimeout,
    SeederFailed,
    SeederRefused,
    WrongEventLoop,
)
from ._error import (
    OrmError,
)
from ._faults import (
    Fault,
    InvalidCriteria,
    InvalidInput,
    RuleViolation,
    pointer_to,
)
from ._records import (
    ColumnNotLoaded,
    MultipleRecordsFound,
    RecordNotFound,
    RecordOfOtherSession,
    RelationNotLoaded,
    StaleRecord,
)
from ._transactions import (
    CommitOutcomeUnknown,
    ConcurrentUse,
    DatabaseBusy,
    Deadlock,
    SchemaChanged,
    SerializationFailure,
    TransactionConflict,
    TransactionMisuse,
)
from ._values import (
    CursorError,
    InvalidArgument,
    InvalidValue,
)

__all__ = [
    "CheckViolation",
    "ColumnNotLoaded",
    "CommitOutcomeUnknown",
    "ConcurrentUse",
    "ConstraintViolation",
    "CursorError",
    "DatabaseBusy",
    "DatabaseUnavailable",
    "Deadlock",
    "DuplicateRecord",
    "Fault",
    "ForeignKeyViolation",
    "InvalidArgument",
    "InvalidCriteria",
    "InvalidInput",
    "InvalidValue",
    "MigrationError",
    "MissingDriver",
    "MultipleRecordsFound",
    "NotNullViolation",
    "OrmError",
    "QueryTimeout",
    "RecordNotFound",
    "RecordOfOtherSession",
    "RelationNotLoaded",
    "RuleViolation",
    "SchemaChanged",
    "SeederFailed",
    "SeederRefused",
    "SerializationFailure",
    "StaleRecord",
    "TransactionConflict",
    "TransactionMisuse",
    "WrongEventLoop",
    "pointer_to",
]
