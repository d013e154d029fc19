import asyncio
import re
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import AsyncAdaptedQueuePool, Connection, inspect, text

from ftf.orm import MigrationError, create_engine

ENVIRONMENT = """
from bookshop import Model
from ftf.orm.migrations import run_migrations

run_migrations(Model.metadata, {url!r})
"""
TEMPLATE = '''"""${message}"""
import sqlalchemy as sa
from alembic import op
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}

def upgrade():
    ${upgrades if upgrades else "pass"}

def downgrade():
    ${downgrades if downgrades else "pass"}
'''


SECOND = """
import sqlalchemy as sa
from alembic import op
revision = "2"
down_revision = "1"

def upgrade():
{body}

def downgrade():
    pass
"""
LENGTHEN = (
    'with op.batch_alter_table("books") as batch:',
    '    batch.alter_column("title", type_=sa.String(200))',
)
FILL = (
    "INSERT INTO authors (id, name) VALUES (1, 'Ada')",
    "INSERT INTO books VALUES (1, 'Notes', 1, '2026-01-01', '2026-01-01')",
    "INSERT INTO reviews (id, stars, book_id) VALUES (1, 5, 1)",
)


@pytest.fixture
def project(tmp_path, database_url):
    """A project with a first migration made by Alembic, not yet run."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENVIRONMENT.format(url=database_url))
    (folder / "script.py.mako").write_text(TEMPLATE)
    config = Config()
    config.set_main_option("script_location", str(folder))
    command.revision(config, "first", autogenerate=True, rev_id="1")
    yield config
    command.downgrade(config, "base")


def tables(url: str) -> set[str]:
    async def read() -> set[str]:
        engine = create_engine(url)
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        await engine.dispose()
        return set(names) - {"alembic_version"}

    return asyncio.run(read())


def execute(url: str, *statements: str) -> list[object]:
    """Run statements on a connection of their own, and fetch what the last one finds."""

    async def run() -> list[object]:
        engine = create_engine(url)
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
        await engine.dispose()
        return list(result.scalars()) if result.returns_rows else []

    return asyncio.run(run())


def upgrade_on(project: Config, url: str, *before: str) -> list[object]:
    """Upgrade on a connection brought along, and tell its setting for foreign keys afterwards."""

    def upgrade(connection: Connection) -> None:
        for statement in before:
            connection.execute(text(statement))
        project.attributes["connection"] = connection
        try:
            command.upgrade(project, "head")
        finally:
            del project.attributes["connection"]

    async def run() -> list[object]:
        engine = create_engine(url, poolclass=AsyncAdaptedQueuePool, pool_size=1)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(upgrade)
            async with engine.connect() as connection:
                setting = "PRAGMA foreign_keys" if "sqlite" in url else "SELECT 1"
                return list(await connection.scalars(text(setting)))
        finally:
            await engine.dispose()

    return asyncio.run(run())


def add_revision(project: Config, *operations: str) -> None:
    """Write a second migration."""
    folder = Path(project.get_main_option("script_location"), "versions")
    body = "\n".join(f"    {operation}" for operation in operations)
    (folder / "2.py").write_text(SECOND.format(body=body))


BOOKSHOP = {"authors", "book_genres", "books", "drafts", "genres", "reviews", "shelves"}


def test_a_database_goes_up_and_down(project, database_url):
    command.upgrade(project, "head")
    assert tables(database_url) == BOOKSHOP
    command.check(project)
    command.downgrade(project, "base")
    assert tables(database_url) == set()


def test_a_migration_needs_nothing_of_this_package(project):
    (script,) = Path(project.get_main_option("script_location"), "versions").glob("*.py")
    assert "sa.DateTime(timezone=True)" in script.read_text()
    assert "ftf" not in script.read_text()


def test_a_connection_can_be_brought_along(project, database_url):
    upgrade_on(project, database_url)
    assert tables(database_url) == BOOKSHOP


def test_the_sql_can_be_written_without_a_database(project, database_url, capsys):
    command.upgrade(project, "head", sql=True)
    assert set(re.findall(r"CREATE TABLE (\w+)", capsys.readouterr().out)) > BOOKSHOP
    assert tables(database_url) == set()


def test_the_command_line_names_another_database(project, database_url, tmp_path):
    other = f"sqlite+aiosqlite:///{tmp_path}/other.db"
    project.cmd_opts = type("Options", (), {"x": [f"url={other}"]})
    command.upgrade(project, "head")
    assert tables(other) == BOOKSHOP
    project.cmd_opts = None
    assert tables(database_url) == set()


def test_without_a_url_the_ini_file_says(project, tmp_path):
    other = f"sqlite+aiosqlite:///{tmp_path}/other.db"
    environment = Path(project.get_main_option("script_location"), "env.py")
    before = environment.read_text()
    environment.write_text(ENVIRONMENT.format(url=""))
    project.set_main_option("sqlalchemy.url", other)
    command.upgrade(project, "head")
    environment.write_text(before)
    assert tables(other) == BOOKSHOP


def test_without_any_url_the_ways_to_give_one_are_named(project):
    environment = Path(project.get_main_option("script_location"), "env.py")
    before = environment.read_text()
    environment.write_text(ENVIRONMENT.format(url=""))
    with pytest.raises(MigrationError, match="no database to migrate: pass a url"):
        command.upgrade(project, "head")
    environment.write_text(before)


def test_altering_a_table_leaves_its_children_alone(project, database_url):
    command.upgrade(project, "head")
    execute(database_url, *FILL)
    add_revision(project, *LENGTHEN)
    command.upgrade(project, "head")
    assert execute(database_url, "SELECT stars FROM reviews") == [5]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_connection_brought_along_checks_foreign_keys_again(project, database_url):
    command.upgrade(project, "head")
    execute(database_url, *FILL)
    add_revision(project, *LENGTHEN)
    assert upgrade_on(project, database_url) == [1]
    assert execute(database_url, "SELECT stars FROM reviews") == [5]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_migration_may_not_leave_references_to_missing_rows(project, database_url):
    command.upgrade(project, "head")
    execute(database_url, *FILL)
    add_revision(project, 'op.execute("DELETE FROM authors")')
    with pytest.raises(MigrationError, match="references to missing rows: books to authors"):
        command.upgrade(project, "head")
    assert execute(database_url, "SELECT name FROM authors") == ["Ada"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_transaction_that_has_written_cannot_migrate(project, database_url):
    command.upgrade(project, "head")
    add_revision(project, *LENGTHEN)
    with pytest.raises(MigrationError, match="a transaction that has begun to write"):
        upgrade_on(project, database_url, "INSERT INTO authors (id, name) VALUES (2, 'Bo')")
    assert execute(database_url, "SELECT name FROM authors") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_connection_that_ignores_foreign_keys_goes_on_to(project, database_url):
    off = "PRAGMA foreign_keys = OFF"
    assert upgrade_on(project, database_url, off) == [0]
    assert tables(database_url) == BOOKSHOP


def test_a_migration_that_fails_half_way_leaves_nothing(project, database_url):
    command.upgrade(project, "head")
    add_revision(project, 'op.create_table("first", sa.Column("id", sa.Integer))', "1 / 0")
    with pytest.raises(ZeroDivisionError):
        command.upgrade(project, "head")
    assert tables(database_url) == BOOKSHOP
