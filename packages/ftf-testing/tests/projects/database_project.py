"""What the tests of the database fixtures share: a project of a user, with models."""

import asyncio
from collections.abc import Callable
from textwrap import dedent

# Projects run in this process, and extension modules do not survive being imported by each anew.
import aiosqlite  # noqa: F401
import asyncpg.pgproto.pgproto  # noqa: F401
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

import ftf.orm  # noqa: F401

SETTINGS = """
[pytest]
addopts = --strict-markers --strict-config
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
ftf_metadata = models:Base
pythonpath = .
"""
MODELS = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)

class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
HELP = """
import pytest
from models import Post, User
from sqlalchemy import func, select, text

twice = pytest.mark.parametrize("turn", [1, 2])

async def count(session, model=User):
    return await session.scalar(select(func.count()).select_from(model))
"""

type Run = Callable[..., pytest.RunResult]


@pytest.fixture
def project(pytester, monkeypatch) -> pytest.Pytester:
    """A project of a user, apart from the settings of this one, and with modules of its own."""
    monkeypatch.delenv("FTF_DB_URL", raising=False)
    pytester.makeini(SETTINGS)
    pytester.makepyfile(models=MODELS, help=HELP)
    return pytester


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request) -> str:
    """The setting of each kind of database in turn."""
    if request.param == "postgresql":
        # The projects use the server of this run instead of starting one each.
        url = request.getfixturevalue("postgres_url")
        request.getfixturevalue("monkeypatch").setenv("FTF_TEST_POSTGRES_URL", url)
    return request.param


@pytest.fixture
def database_names(postgres_url) -> Callable[[], set[str]]:
    """List the databases of the server that are named after the given one."""

    async def read() -> set[str]:
        engine = create_async_engine(postgres_url)
        async with engine.connect() as connection:
            names = await connection.scalars(text("SELECT datname FROM pg_database"))
        await engine.dispose()
        return {name for name in names if make_url(postgres_url).database in name}

    return lambda: asyncio.run(read())


@pytest.fixture
def run(project, database) -> Run:
    """Run the project's tests on a database of each kind."""

    def run(code: str, *arguments: str) -> pytest.RunResult:
        project.makepyfile("from help import *\n" + dedent(code))
        return project.runpytest_inprocess(f"--ftf-db-url={database}", *arguments)

    return run
