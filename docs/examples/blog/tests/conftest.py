"""What the tests of the blog share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from httpx import AsyncClient
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from blog.app import create_app
from ftf.container import Container
from ftf.http import FastTrackFramework
from ftf.http.auth import Argon2, Passwords
from ftf.orm import Base, create_engine

BLOG = Path(__file__).parents[1]
DATABASES = ["sqlite", "postgres"]


@pytest.fixture(params=DATABASES)
def migrations(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Config]:
    """The blog's migrations on an empty database, of each kind in turn."""
    monkeypatch.setenv("FTF_DATABASE_URL", url_of(request, tmp_path))
    config = Config(BLOG / "alembic.ini")
    yield config
    command.downgrade(config, "base")


@pytest.fixture(scope="module", params=DATABASES)
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a migrated database, of each kind in turn."""
    url = url_of(request, tmp_path_factory.mktemp("blog"))
    config = Config(BLOG / "alembic.ini")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FTF_DATABASE_URL", url)
        command.upgrade(config, "head")
        yield url
        command.downgrade(config, "base")


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[FastTrackFramework]:
    """The blog on an empty database, with hashes of passwords that take no time."""
    made = create_app()
    made.container.instance(Passwords, Passwords(Argon2(time_cost=1, memory_cost=8)))
    yield made
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            await connection.execute(delete(table))
    await engine.dispose()


@pytest.fixture
async def session(
    container: Container,
    client: AsyncClient,  # noqa: ARG001  # starts the application
) -> AsyncIterator[AsyncSession]:
    """A session of the test's own."""
    async with container.scoped_context() as scope:
        yield await scope.aresolve(AsyncSession)


def url_of(request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the URL of an empty database of the kind that a fixture is asked for."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres_url")
        return found
    return f"sqlite+aiosqlite:///{folder}/blog.db"
