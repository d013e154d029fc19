import re
from pathlib import Path

import pytest
from alembic import command
from database import BOOKSHOP, FILL, LENGTHEN, add_revision, execute, tables, upgrade_on

from ftf.orm import MigrationError

ENVIRONMENT = """
from bookshop import Model
from ftf.orm.migrations import run_migrations

run_migrations(Model.metadata, {url!r})
"""


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
    with pytest.raises(MigrationError, match="no database to migrate: pass url"):
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


def test_edge_55_an_autogenerate_that_finds_nothing_writes_no_file(project):
    command.upgrade(project, "head")
    command.revision(project, "nothing", autogenerate=True)
    versions = Path(project.get_main_option("script_location"), "versions")
    assert len(list(versions.glob("*.py"))) == 1
