"""Databases with the tables of all tests, which are created once and emptied before each test."""

import asyncio
import shutil
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from archive import Archive
from bookshop import Model
from ledger import LedgerModel
from lending import Library
from newsroom import Newsroom
from shop import Shop
from sqlalchemy import Connection, create_engine, text
from staff import Staff

from ftf.orm import create_engine as create_async_engine
from ftf.orm.jobs import jobs_metadata

METADATA = (
    *(base.metadata for base in (Model, Archive, LedgerModel, Library, Newsroom, Shop, Staff)),
    jobs_metadata,
)
SHAPE = """
SELECT md5(string_agg(
    concat_ws(' ', c.oid, relname, attname, atttypid, atttypmod, attnotnull, attisdropped),
    ',' ORDER BY c.oid, attnum
))
FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid
WHERE relnamespace = 'public'::regnamespace AND attnum > 0
"""
EMPTY = """
DO $$ DECLARE written text; BEGIN
    SET LOCAL lock_timeout = '30s';
    SELECT string_agg(format('%I', relname), ', ') INTO written FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0;
    IF written IS NOT NULL THEN EXECUTE 'TRUNCATE ' || written || ' CASCADE'; END IF;
    PERFORM setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""


def create_tables(connection: Connection) -> None:
    for metadata in METADATA:
        metadata.create_all(connection)


class PreparedSQLite:
    """A file of SQLite, of which each test gets a copy."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "prepared.db"
        engine = create_engine(f"sqlite:///{self.file}")
        with engine.begin() as connection:
            create_tables(connection)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA journal_mode = WAL"))
        engine.dispose()

    def copy(self, folder: Path) -> str:
        """Copy the file into a folder, and return the URL of the copy."""
        return f"sqlite+aiosqlite:///{shutil.copy(self.file, folder / 'test.db')}"


class PreparedPostgres:
    """A database of PostgreSQL, which is emptied by a thread, with an event loop of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._thread = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()
        self._engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        self._shape: object = None

    def empty(self) -> str:
        """Empty the tables, and create them again if a test has altered one; return the URL."""
        self._run(self._empty())
        return self.url

    def execute(self, *statements: str) -> None:
        """Execute statements outside of a transaction."""
        self._run(self._execute(*statements))

    def close(self) -> None:
        self._run(self._engine.dispose())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _run(self, work: Coroutine[object, object, None]) -> None:
        self._thread.submit(self._runner.run, work).result()

    async def _execute(self, *statements: str) -> None:
        async with self._engine.connect() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)

    async def _empty(self) -> None:
        async with self._engine.connect() as connection:
            shape = await connection.scalar(text(SHAPE))
            if shape is not None and shape == self._shape:
                await connection.exec_driver_sql(EMPTY)
                return
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
            await connection.run_sync(create_tables)
            self._shape = await connection.scalar(text(SHAPE))


@contextmanager
def administered(url: str) -> Iterator[PreparedPostgres]:
    """A database of PostgreSQL, which the block can prepare, empty and administer."""
    database = PreparedPostgres(url)
    try:
        yield database
    finally:
        database.close()
