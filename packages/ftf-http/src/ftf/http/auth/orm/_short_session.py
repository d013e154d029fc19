"""Short sessions of a store's own, which the response of the request does not settle."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Engine, Select, Update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ftf.orm import TransactionConflict, transaction, typed_errors, using_primary

from ..exceptions import InvalidAuthError

NOT_IN_SESSION = {"synchronize_session": False}


class ShortSessions:
    """Sessions that hold a connection for one statement or one transaction.

    A session of the request would undo a revocation on the 400 that reports it, and keep a lock on
    the row while the handler runs.

    Args:
        factory: What makes sessions.
        request: The session of the request that is served, if there is one.
    """

    def __init__(
        self, factory: async_sessionmaker[AsyncSession], request: AsyncSession | None
    ) -> None:
        self._factory = factory
        self._request = request

    async def read(self, query: Select[Any]) -> Sequence[Any]:
        """Return the records of a query, from the primary database."""
        async with self.reading() as session:
            return (await session.scalars(query)).all()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session of the primary database."""
        with using_primary(), typed_errors():
            async with self._factory() as session:
                yield session

    async def write(self, change: Update | Delete) -> int:
        """Run one statement and commit. Return the number of its rows."""
        async with self.writing() as session:
            return await executed(session, change)

    async def write_unless_busy(self, change: Update) -> None:
        """Run one statement and commit, or leave it out where it would wait for another writer."""
        if self._request is not None and await _locks_sqlite(self._request):
            return
        with suppress(TransactionConflict), typed_errors():
            async with self._factory() as session, _not_waiting(session):
                await executed(session, change)
                await session.commit()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a session with a transaction, which is committed at the end of the block.

        Raises:
            InvalidAuthError: The session of the request holds the lock that SQLite has for all
                writers, so this transaction would wait for itself.
        """
        if self._request is not None and await _locks_sqlite(self._request):
            raise InvalidAuthError(
                "The session of the request",
                "has a transaction open, which locks SQLite's database for all other writers",
                "Log in before it or after its commit, or in it: `issue(..., session=session)`.",
            )
        with typed_errors():
            async with self._factory() as session, transaction(session):
                yield session


async def executed(session: AsyncSession, change: Update | Delete) -> int:
    """Run one statement. Return the number of its rows."""
    done = await session.execute(change, execution_options=NOT_IN_SESSION)
    return cast("CursorResult[Any]", done).rowcount


async def _locks_sqlite(session: AsyncSession) -> bool:
    bind = session.get_bind()
    # Sessions that are bound to a connection share it, as in a test that is rolled back.
    if not isinstance(bind, Engine) or bind.dialect.name != "sqlite":
        return False
    if not session.in_transaction():
        return False
    raw = await (await session.connection()).get_raw_connection()
    return bool(getattr(raw.driver_connection, "in_transaction", False))


@asynccontextmanager
async def _not_waiting(session: AsyncSession) -> AsyncIterator[None]:
    """Do not wait for another writer of SQLite; elsewhere, the statement has SKIP LOCKED."""
    connection = await session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    timeout = (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar_one()
    await connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection = await session.connection()
        await connection.exec_driver_sql(f"PRAGMA busy_timeout = {timeout}")
