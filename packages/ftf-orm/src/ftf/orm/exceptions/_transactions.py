"""Transactions that end, conflict or are used in a wrong way."""

from ._error import OrmError


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
