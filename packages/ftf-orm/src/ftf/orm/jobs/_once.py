"""`once`: whether a job does something for the first time."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from ..engine._driver_errors import typed_errors
from ..exceptions import TransactionMisuse
from ..transactions._session_state import SessionState, exclusive_use, has_explicit_transaction
from ._database_time import database_time
from ._pruning import prune
from ._tables import PROCESSED
from ._transactions import naming_missing_tables


def _insert(insertion: Any) -> Any:  # noqa: ANN401  # each dialect has a class of its own
    new = insertion.values(processed_at=database_time())
    return new.on_conflict_do_nothing(index_elements=[PROCESSED.c.key]).returning(PROCESSED.c.key)


_INSERT: Final = {
    "postgresql": _insert(postgresql.insert(PROCESSED)),
    "sqlite": _insert(sqlite.insert(PROCESSED)),
}


async def once(session: AsyncSession, key: str) -> bool:
    """Return whether a key is new, and note it in the transaction of a session.

    A job can run twice. What it writes in the same transaction, if the key is new, is written once:
    `async with transaction(session): if await once(session, run.id): ...`. Another transaction that
    asks for the same key waits until this one has ended.

    Args:
        session: The session, in a `transaction`, or one of the units of work of its scope.
        key: The id of the job, with a word if it does several such things.

    Raises:
        TransactionMisuse: No transaction is open, so the key would be noted without the rest.
        JobTablesMissing: The database lacks the tables of jobs.
    """
    units = SessionState.of(session).units
    if not has_explicit_transaction(session) and (units is None or session not in units):
        raise TransactionMisuse(
            "once() outside of a transaction would note the key, whatever becomes of what it is "
            "for: write `async with transaction(session):` around both"
        )
    given = {"key": key}
    with naming_missing_tables(), exclusive_use(session), typed_errors():
        inserted = await session.execute(_INSERT[session.get_bind().dialect.name], given)
    return inserted.first() is not None


async def forget_keys(session: AsyncSession, *, older_than: timedelta) -> int:
    """Delete the keys that `once` noted a while ago, a thousand in a transaction.

    Args:
        session: A session of the database.
        older_than: How long ago at least: longer than a job may wait, run and be retried.

    Returns:
        How many were deleted.
    """
    return await prune(session, PROCESSED.c.key, PROCESSED.c.processed_at, older_than)
