"""Database work in a thread, apart from the event loop of a test."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from typing import Final

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

IS_OWN_WORK: Final = ContextVar("ftf_own_work", default=False)
"""Whether the plugin itself uses a database, which the connection guard allows."""


def in_thread[T](work: Callable[[], T]) -> T:
    """Call a function in a thread without an event loop, and wait for it."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def run_on[T](url: URL, work: Callable[[Connection], T], *, autocommit: bool = False) -> T:
    """Call a function with a connection, sync or async as the driver in the URL is.

    Args:
        url: The URL of the database.
        work: The function; its changes are committed at the end.
        autocommit: Whether each statement is committed at once.
    """
    level = "AUTOCOMMIT" if autocommit else None
    # A pool would keep connections of an event loop that is closed afterwards.
    options = {"poolclass": NullPool} | ({"isolation_level": level} if level else {})

    def run_here() -> T:
        IS_OWN_WORK.set(True)
        with create_engine(url, **options).begin() as connection:
            return work(connection)

    async def run() -> T:
        IS_OWN_WORK.set(True)
        async with create_async_engine(url, **options).begin() as connection:
            return await connection.run_sync(work)

    if url.get_dialect().is_async:
        return in_thread(lambda: asyncio.run(run()))
    # In a copy, so that IS_OWN_WORK is not set afterwards.
    return copy_context().run(run_here)
