"""A write: committed when it succeeds, undone when it fails."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from .exceptions import DuplicateRecord

_UNIQUE_VIOLATIONS = (
    re.compile(r"UNIQUE constraint failed: (?P<columns>.+)"),  # SQLite
    re.compile(r"Key \((?P<columns>.+?)\)=\(.*\) already exists", re.DOTALL),  # PostgreSQL
)


@asynccontextmanager
async def writing(session: AsyncSession) -> AsyncIterator[None]:
    """Commit what the body does; a failure rolls back and leaves the session usable.

    Raises:
        DuplicateRecord: A value that has to be unique is there already.
    """
    try:
        yield
        await session.commit()
    except BaseException as error:
        await session.rollback()
        if isinstance(error, IntegrityError) and (columns := _repeated_columns(error)):
            raise DuplicateRecord(columns) from error
        raise


def _repeated_columns(error: IntegrityError) -> tuple[str, ...]:
    """Name the columns of the unique constraint that was violated, if it was one."""
    # SQLAlchemy 2.1 leaves the detail to the driver's own exception.
    cause = getattr(error.orig, "__cause__", None)
    said = (str(error.orig), str(getattr(cause, "detail", "")))
    # Matched from the start: further on, a message may quote what a client sent.
    matches = (pattern.match(text) for pattern in _UNIQUE_VIOLATIONS for text in said)
    match = next(filter(None, matches), None)
    names = match["columns"].split(",") if match else []
    return tuple(name.strip().rpartition(".")[2] for name in names)
