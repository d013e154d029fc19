"""A project with migrations, whose commands run in this process."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from database import bare_url
from sqlalchemy import MetaData, text

from ftf.container.cli import Result, invoke
from ftf.orm import create_engine
from ftf.orm.migrations import scaffold

MODELS = """
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Model(DeclarativeBase): ...

    class Post(Model):
        __tablename__ = "cli_posts"
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str]
"""
FIRST = '''
    """posts"""
    import sqlalchemy as sa
    from alembic import op
    revision = "1"
    down_revision = None
    branch_labels = None
    depends_on = None

    def upgrade() -> None:
        op.create_table(
            "cli_posts",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("title", sa.String(), nullable=False),
        )

    def downgrade() -> None:
        op.drop_table("cli_posts")
'''
MAIN = """
    import os
    from ftf.container import Container
    from ftf.orm import DatabaseProvider

    def create_app():
        container = Container()
        container.add_provider(DatabaseProvider(os.environ["DATABASE_URL"]))
        return container
"""


@dataclass
class Store:
    """A project with a package `store`, on one database."""

    root: Path
    url: str

    def write(self, path: str, content: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(content), encoding="utf-8")
        return file

    async def run(self, *arguments: str) -> Result:
        return await invoke(arguments, start=self.root)

    async def fetch(self, statement: str) -> list[object]:
        engine = create_engine(self.url)
        async with engine.begin() as connection:
            result = await connection.execute(text(statement))
            found = [*result.scalars()] if result.returns_rows else []
        await engine.dispose()
        return found

    async def tables(self) -> set[str]:
        engine, metadata = create_engine(self.url), MetaData()
        async with engine.connect() as connection:
            await connection.run_sync(metadata.reflect)
        await engine.dispose()
        return {*metadata.tables}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of a project; what is imported from it is forgotten."""
    for variable in ("FASTAPI_ENV", "FTF_APP", "PGHOST"):
        monkeypatch.delenv(variable, raising=False)
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    monkeypatch.setenv("FTF_ENV", "local")
    monkeypatch.chdir(root)
    path = [*sys.path]
    yield root
    sys.path[:] = path
    for name in [name for name in sys.modules if f"{name}.".startswith("store.")]:
        del sys.modules[name]


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, of each kind in turn."""
    return bare_url(request, tmp_path)


@pytest.fixture
async def store(
    folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Store]:
    """Return a project with one migration that is not applied."""
    url = database_url.replace("test.db", "project/test.db")
    monkeypatch.setenv("DATABASE_URL", url)
    store = Store(folder, url)
    scaffold("store.models", folder)
    # The one file of the models has a metadata of its own, which other tests do not see.
    store.write("store/models.py", MODELS)
    env = folder / "migrations" / "env.py"
    content = env.read_text(encoding="utf-8").replace(
        'run_migrations(Base.metadata, os.environ.get("DATABASE_URL", ""), models="store.models")',
        "from store.models import Post\n"
        'run_migrations(Post.metadata, os.environ.get("DATABASE_URL", ""))',
    )
    env.write_text(content, encoding="utf-8")
    store.write("migrations/versions/1_posts.py", FIRST)
    store.write("store/main.py", MAIN)
    store.write("pyproject.toml", '[tool.ftf]\napp = "store.main:create_app()"\n')
    yield store
    await remove(store)


async def remove(store: Store) -> None:
    """Drop what a test has left on the shared server."""
    if store.url.startswith("postgresql"):
        for name in sorted(await store.tables()):
            await store.fetch(f'DROP TABLE IF EXISTS "{name}" CASCADE')
        await store.fetch("DROP TYPE IF EXISTS mood")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that types an answer on a terminal."""

    def answer(typed: str) -> None:
        monkeypatch.setattr("ftf.container.cli.Console.can_ask", True)
        monkeypatch.setattr("ftf.container.cli.Console.ask", lambda *_, **__: typed)

    return answer
