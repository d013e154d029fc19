"""The rows of batches, whose members are counted by the transactions that note their ends."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from ftf.container.jobs import Batch, BatchEnded, Envelope, Failed, Outcome

from .._tables import BATCHES

_MORE: Final = BATCHES.c.unfinished + bindparam("more")
_EXTEND: Final = (
    update(BATCHES)
    .where(BATCHES.c.id == bindparam("id_"))
    .values(unfinished=_MORE)
    .returning(BATCHES.c.id)
)
# The row is locked until the end of the transaction: of the members that end at the same time, one
# sees that it is the last one.
_COUNT: Final = (
    update(BATCHES)
    .where(BATCHES.c.id == bindparam("id_"))
    .values(
        unfinished=BATCHES.c.unfinished - bindparam("members"),
        failures=BATCHES.c.failures + bindparam("failed"),
    )
    .returning(BATCHES.c.unfinished, BATCHES.c.failures, BATCHES.c.following)
)
_DELETE: Final = delete(BATCHES).where(BATCHES.c.id == bindparam("id_"))


async def insert_batch(session: AsyncSession, id: str, batch: Batch, members: int) -> None:  # noqa: A002  # as in the envelope
    """Insert a batch with a number of members."""
    row = {"id": id, "unfinished": members, "failures": 0, "following": json.dumps(batch.write())}
    await session.execute(insert(BATCHES), row)


async def extend_batch(session: AsyncSession, id: str, members: int) -> None:  # noqa: A002  # as in the envelope
    """Add a number of members to a batch.

    Raises:
        BatchEnded: All of its members have ended.
    """
    found = await session.execute(_EXTEND, {"id_": id, "more": members})
    if found.first() is None:
        raise BatchEnded(id)


async def count_ends(
    connection: AsyncConnection,
    id: str,  # noqa: A002  # as in the envelope
    outcome: Outcome,
    members: int = 1,
) -> Sequence[Envelope]:
    """Count the ends of members. Return the jobs that follow them.

    Args:
        connection: What notes the ends, in the same transaction.
        id: The batch.
        outcome: What became of the members.
        members: How many they are.
    """
    failed = members if isinstance(outcome, Failed) else 0
    given = {"id_": id, "members": members, "failed": failed}
    row = (await connection.execute(_COUNT, given)).first()
    if row is None:  # it was deleted by hand
        return ()
    if not row.unfinished:
        await connection.execute(_DELETE, {"id_": id})
    batch = Batch.read(json.loads(row.following))
    return batch.after(outcome, unfinished=row.unfinished, failures=row.failures)
