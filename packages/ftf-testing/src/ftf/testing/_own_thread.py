"""Work on a database apart from the event loop of a test."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.ext.asyncio import create_async_engine


def in_thread[T](work: Callable[[], T]) -> T:
    """Call a function where no event loop runs or is set, and wait for it."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def run_on[T](url: URL, work: Callable[[Connection], T], *, autocommit: bool = False) -> T:
    """Call a function with a connection, sync or async as the driver in the URL is.

    Args:
        url: Where the database is.
        work: The function; what it does is committed.
        autocommit: Whether each of its statements is committed.
    """
    level = "AUTOCOMMIT" if autocommit else None
    options = {"poolclass": NullPool} | ({"isolation_level": level} if level else {})
    if not url.get_dialect().is_async:
        engine = create_engine(url, **options)
        with engine.begin() as connection:
            return work(connection)

    async def run() -> T:
        engine = create_async_engine(url, **options)
        async with engine.begin() as connection:
            return await connection.run_sync(work)

    return in_thread(lambda: asyncio.run(run()))
