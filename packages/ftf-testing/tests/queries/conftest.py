from collections.abc import AsyncIterator, Callable, Iterator
from textwrap import dedent

import pytest
from library import Base, books
from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

SETTINGS = """
[pytest]
addopts = --strict-markers --strict-config -p no:randomly
asyncio_default_fixture_loop_scope = function
asyncio_mode = auto
filterwarnings = error
"""
CONFTEST = """
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

@pytest.fixture
def session():
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    with Session(engine) as session:
        session.execute(text("CREATE TABLE words (id INTEGER, word TEXT, secret TEXT)"))
        yield session
    engine.dispose()
"""
WORDS = """
from sqlalchemy import text

def ask(session, number):
    for n in range(number):
        session.execute(text("SELECT word FROM words WHERE id = :id"), {"id": n})
"""
BEGIN = """
import pytest
from sqlalchemy import text
from words import ask
"""


@pytest.fixture
def sync_engine() -> Iterator[Engine]:
    """A database in memory that threads share, with three books."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(books(3))
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture(params=["aiosqlite", "asyncpg"])
async def async_engine(request, tmp_path) -> AsyncIterator[AsyncEngine]:
    """A database of each kind in turn, with three books."""
    url = f"sqlite+aiosqlite:///{tmp_path}/library.db"
    if request.param == "asyncpg":
        url = request.getfixturevalue("postgres_url")
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add_all(books(3))
        await session.commit()
    yield engine
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    await engine.dispose()


@pytest.fixture
def project(pytester, monkeypatch) -> Callable[..., pytest.RunResult]:
    """A project of a user, and a function that runs its tests with some settings."""
    for name in ("FTF_N_PLUS_ONE", "FTF_MAX_QUERIES"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(words=WORDS)

    def run(tests: str, *arguments: str, settings: str = "") -> pytest.RunResult:
        pytester.makeini(SETTINGS + settings)
        pytester.makepyfile(BEGIN + dedent(tests))
        return pytester.runpytest_inprocess(*arguments)

    return run
