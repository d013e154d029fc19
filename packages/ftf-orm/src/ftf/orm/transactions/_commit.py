"""The COMMIT of a session, and whether it was stored if the connection breaks."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from ..engine._driver_errors import driver_code
from ..exceptions import CommitOutcomeUnknown
from .restoring._rollback import expire_written, is_committing


async def commit(session: AsyncSession) -> None:
    """Commit a flushed session, so that a failure is one of COMMIT itself.

    Raises:
        CommitOutcomeUnknown: The connection broke during COMMIT.
    """
    sync = session.sync_session
    try:
        await session.commit()
    except BaseException as error:
        may_be_stored = is_committing(sync) or not sync.in_transaction()
        if may_be_stored and _is_unknown(error):
            expire_written(sync)
            if isinstance(error, Exception):
                raise CommitOutcomeUnknown from error
        raise


def _is_unknown(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):  # an answer of the server has a code
        return error.connection_invalidated or not driver_code(error)
    return isinstance(error, OSError) or not isinstance(error, Exception)
