"""The time limit of one statement."""

from collections.abc import Awaitable, Callable
from math import ceil
from time import monotonic
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapper

from ..engine._autocommit import commits_each_statement
from ..engine._driver_errors import driver_code
from ..exceptions import QueryTimeout

_ENDED = {"57014", "SQLITE_INTERRUPT"}
_STEPS = 1_000  # of SQLite's machine, between two looks at the clock
_SET = text(
    "SELECT current_setting('statement_timeout'), set_config('statement_timeout', :new, :local)"
)


async def within[R](
    session: AsyncSession, mapper: Mapper[Any], seconds: float, run: Callable[[], Awaitable[R]]
) -> R:
    """Run statements on the connection of a model, and end one that takes longer.

    Args:
        session: The session to run in.
        mapper: The model's mapper.
        seconds: The limit.
        run: Runs the statements.

    Raises:
        QueryTimeout: One took longer.
    """
    connection = await session.connection({"mapper": mapper})
    limited = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgres
    try:
        return await limited(connection, seconds, run)
    except DBAPIError as error:
        if driver_code(error) in _ENDED:
            raise QueryTimeout(seconds) from error
        raise


async def _on_sqlite[R](
    connection: AsyncConnection, seconds: float, run: Callable[[], Awaitable[R]]
) -> R:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    until = monotonic() + seconds
    await driver.set_progress_handler(lambda: monotonic() > until, _STEPS)
    try:
        return await run()
    finally:
        await driver.set_progress_handler(None, 0)


async def _on_postgres[R](
    connection: AsyncConnection, seconds: float, run: Callable[[], Awaitable[R]]
) -> R:
    # Without a transaction nothing is local to it, and nothing rolls it back.
    local = not await connection.run_sync(commits_each_statement)
    new = {"new": str(ceil(seconds * 1_000)), "local": local}
    old, _ = (await connection.execute(_SET, new)).one()
    restore = not local
    try:
        found = await run()
        restore = True
        return found
    finally:
        if restore:
            await connection.execute(_SET, {"new": old, "local": local})
