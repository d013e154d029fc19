"""The lock that SQLite has in place of locks of rows."""

from sqlalchemy.ext.asyncio import AsyncSession

from ..engine._sqlite import begin_immediate


async def is_only_writer(session: AsyncSession) -> bool:
    """Make the transaction the only writer, before it reads what it will write.

    Return whether it is; only on SQLite, so that elsewhere rows have to be locked.
    """
    connection = await session.connection()
    if connection.dialect.name != "sqlite":
        return False
    await connection.run_sync(begin_immediate)
    return True
