"""The search for a record, its insertion, and the race for it with other transactions."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext

from sqlalchemy.ext.asyncio import AsyncSession

from ..exceptions import DuplicateRecord
from ..transactions._session_state import has_explicit_transaction
from ..transactions._transaction import transaction


async def first_or_create[T](
    session: AsyncSession,
    *,
    find: Callable[[], Awaitable[T | None]],
    create: Callable[[], Awaitable[T]],
) -> tuple[T, bool]:
    """Return the record that is found, or a new one, and whether it was created.

    Args:
        session: The session to work in.
        find: Returns the record, if there is one.
        create: Inserts it.

    Raises:
        DuplicateRecord: Another record has a unique value of the new one, but is not found.
    """
    if (found := await find()) is not None:
        return found, False
    # Within an explicit transaction `create` has a savepoint, so the transaction survives.
    begun = has_explicit_transaction(session)
    async with nullcontext() if begun else transaction(session):
        try:
            return await create(), True
        except DuplicateRecord:
            if (found := await find()) is None:
                raise
            return found, False
