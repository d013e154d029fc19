"""Committing, and knowing whether it was done."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from ._errors import driver_code
from .exceptions import CommitOutcomeUnknown


async def commit(session: AsyncSession) -> None:
    """Commit what is flushed: what fails here has failed in COMMIT.

    Raises:
        CommitOutcomeUnknown: The connection broke during COMMIT.
    """
    try:
        await session.commit()
    except (DBAPIError, OSError) as error:
        if _is_unknown(error):
            raise CommitOutcomeUnknown from error
        raise


def _is_unknown(error: DBAPIError | OSError) -> bool:
    if isinstance(error, OSError):
        return True
    # What is flushed has a statement, COMMIT has none; what the server answered has a code.
    broke = error.connection_invalidated or not driver_code(error)
    return broke and error.statement is None
