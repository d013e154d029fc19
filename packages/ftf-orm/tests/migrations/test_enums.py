"""Enums are types of their own on PostgreSQL: migrations create, share and drop them."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from database import execute

ENVIRONMENT = """
import enum

from sqlalchemy import ARRAY, JSON, Column, Enum, Integer, MetaData, String, Table, TypeDecorator

from ftf.orm.migrations import run_migrations

Colour = enum.Enum("Colour", "red green it's:odd")
Size = enum.Enum("Size", "small large")
Larger = enum.Enum("Larger", "tiny small medium large very_large it's:odd")


class Decorated(TypeDecorator):
    impl = Enum(Size)
    cache_ok = True


metadata = MetaData()
{tables}
run_migrations(metadata, {url!r})
"""
COLOUR = 'Column("colour", Enum(Colour))'
FRAME = 'Column("frame", Enum(Colour))'
SIZE = 'Column("size", Enum(Size))'
CHECKED = 'Column("size", Enum(Size, create_constraint=True))'
DECORATED = 'Column("size", Decorated)'
LARGER = 'Column("size", Enum(Larger, name="size"))'
SIZES = 'Column("sizes", JSON().with_variant(ARRAY(Enum(Size)), "postgresql"))'
TEXT = 'Column("size", String)'
WORD = 'Column("size", Enum(Size, native_enum=False, length=9))'


def table(name: str, *columns: str) -> str:
    return (
        f'Table("{name}", metadata, Column("id", Integer, primary_key=True), {",".join(columns)})'
    )


@pytest.fixture
def project(tmp_path, database_url, monkeypatch):
    """A project whose tables are what `migrate` says."""
    # Python takes a file for unchanged if it was written in the same second and is as long.
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    config = Config()
    config.set_main_option("script_location", str(tmp_path))
    template = Path(__file__).parents[2] / "src/ftf/orm/migrations/template/script.py.mako.txt"
    (tmp_path / "script.py.mako").write_text(template.read_text())
    (tmp_path / "versions").mkdir()
    yield config
    command.downgrade(config, "base")


@pytest.fixture
def declare(tmp_path, database_url):
    """Declare the tables of the models."""

    def declare(*tables: str) -> None:
        environment = ENVIRONMENT.format(tables="\n".join(tables), url=database_url)
        (tmp_path / "env.py").write_text(environment)

    return declare


@pytest.fixture
def migrate(project, declare):
    """Write a migration to some tables and run it; it leaves nothing to do."""

    def migrate(*tables: str) -> str:
        declare(*tables)
        script = command.revision(project, "next", autogenerate=True)
        command.upgrade(project, "head")
        command.check(project)
        return Path(script.path).read_text()

    return migrate


@pytest.fixture
def enums(database_url):
    """Tell what enums there are on PostgreSQL; SQLite has none."""

    def enums(*expected: str) -> bool:
        names = "SELECT typname FROM pg_type WHERE typtype = 'e' ORDER BY typname"
        return "sqlite" in database_url or execute(database_url, names) == list(expected)

    return enums


def test_edge_55_a_downgrade_leaves_no_enum(project, migrate, enums, database_url):
    script = migrate(table("cars", COLOUR, WORD))
    upgrade, downgrade = script.split("def downgrade")
    guard = 'if op.get_context().dialect.name == "postgresql":\n        op.execute('
    assert upgrade.index(guard) < upgrade.index("op.create_table")
    assert downgrade.index("op.drop_table") < downgrade.index(guard + "'DROP TYPE colour'")
    execute(database_url, "INSERT INTO cars (id, colour) VALUES (1, 'it''s:odd')")
    assert enums("colour")
    command.downgrade(project, "-1")
    assert enums()
    command.upgrade(project, "head")
    assert enums("colour")


def test_edge_55_tables_share_an_enum_and_the_last_one_drops_it(
    project, migrate, enums, database_url
):
    migrate(table("cars", COLOUR))
    migrate(table("cars", COLOUR), table("bikes", COLOUR, FRAME))
    command.downgrade(project, "-1")
    assert enums("colour")
    execute(database_url, "INSERT INTO cars (id, colour) VALUES (1, 'red')")
    command.upgrade(project, "head")
    migrate(table("cars", COLOUR))
    assert enums("colour")
    command.downgrade(project, "base")
    command.upgrade(project, "head")
    assert enums("colour")


def test_edge_55_an_enum_comes_and_goes_with_a_column(project, migrate, enums, database_url):
    migrate(table("cars"))
    migrate(table("cars", SIZE))
    execute(database_url, "INSERT INTO cars (id, size) VALUES (1, 'large')")
    command.downgrade(project, "-1")
    assert enums()
    command.upgrade(project, "head")
    assert enums("size")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_edge_55_what_nobody_needs_any_more_is_dropped(project, migrate, enums):
    migrate(table("cars", COLOUR, SIZE))
    migrate(table("cars", SIZE))
    assert enums("size")
    migrate(table("vans", SIZE))
    assert enums("size")
    migrate(table("vans"))
    assert enums()
    command.downgrade(project, "-2")
    assert enums("size")
    command.downgrade(project, "base")
    command.upgrade(project, "head")
    assert enums()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_column_may_turn_into_an_enum_and_back(project, migrate, enums, tmp_path):
    migrate(table("cars", SIZE))
    migrate(table("cars", TEXT))
    assert enums()
    for script in (tmp_path / "versions").glob("*.py"):  # PostgreSQL does not know how to
        known = "existing_nullable=True"
        using = f"{known}, postgresql_using='size::size'"
        script.write_text(script.read_text().replace(known, using))
    command.downgrade(project, "-1")
    assert enums("size")


def test_an_enum_may_be_in_a_list_or_within_another_type(project, migrate, enums):
    migrate(table("cars"))
    migrate(table("cars", SIZES))
    assert enums("size")
    migrate(table("cars", SIZES), table("vans", DECORATED))
    command.downgrade(project, "-2")
    assert enums()
    command.upgrade(project, "head")
    assert enums("size")


def test_edge_55_sql_is_written_for_enums_too(project, migrate, database_url, capsys):
    script = migrate(table("cars", CHECKED))
    assert "create_constraint=True" in script
    command.downgrade(project, "base")
    command.upgrade(project, "head", sql=True)
    said = capsys.readouterr().out
    assert ("CREATE TYPE size AS ENUM ('small', 'large')" in said) is ("postgres" in database_url)


def test_a_migration_by_hand_has_no_enums(project, migrate, declare):
    migrate(table("cars", SIZE))
    declare(table("cars", LARGER))
    project.set_main_option("revision_environment", "true")  # Alembic runs env.py for it as well
    script = Path(command.revision(project, "by hand").path).read_text()
    assert "ENUM" not in script
    assert "ALTER TYPE" not in script


def test_new_values_are_added_to_an_enum_in_their_order(project, migrate, database_url):
    migrate(table("cars", SIZE))
    migrate(table("cars", LARGER), table("vans", LARGER))
    execute(database_url, "INSERT INTO cars (id, size) VALUES (1, 'it''s:odd'), (2, 'tiny')")
    labels = "SELECT enumlabel FROM pg_enum ORDER BY enumsortorder"
    if "postgres" in database_url:
        assert execute(database_url, labels) == [
            *("tiny", "small", "medium", "large", "very_large", "it's:odd")
        ]
    execute(database_url, "DELETE FROM cars")


def test_a_value_that_an_enum_has_too_many_is_left(project, migrate):
    migrate(table("cars", LARGER))
    migrate(table("cars", SIZE), table("vans"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_longer_value_found_on_sqlite_makes_no_enum_anew(project, migrate):
    migrate(table("cars", SIZE))
    script = migrate(table("cars", LARGER), table("vans"))
    assert "CREATE TYPE" not in script
    assert "alter_column" not in script
