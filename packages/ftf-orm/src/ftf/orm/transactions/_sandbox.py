"""`sandbox`: sessions of a container whose commits are undone at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from ftf.container import Container


@asynccontextmanager
async def sandbox(container: Container) -> AsyncIterator[bool]:
    """Join the sessions of new scopes to one transaction, which is rolled back at the end.

    Args:
        container: What has the engine and the session factory.

    Yields:
        Whether it has them.
    """
    if AsyncEngine not in container or async_sessionmaker[AsyncSession] not in container:
        yield False
    else:
        async with _joined(container):
            yield True


@asynccontextmanager
async def _joined(container: Container) -> AsyncIterator[None]:
    factory = await container.aresolve(async_sessionmaker[AsyncSession])
    async with (await container.aresolve(AsyncEngine)).connect() as connection:
        transaction = await connection.begin()
        # Without the routing to replicas, which do not see what the transaction has written.
        joined = async_sessionmaker[AsyncSession](
            **factory.kw
            | {
                "bind": connection,
                "join_transaction_mode": "create_savepoint",
                "sync_session_class": Session,
            }
        )
        try:
            with container.override_instance(async_sessionmaker[AsyncSession], joined):
                yield
        finally:
            await transaction.rollback()
