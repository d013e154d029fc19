"""Enums are types of their own on PostgreSQL: migrations create, share and drop them."""

from pathlib import Path

import pytest
from database import alembic, execute

HEAD = """
import enum

from sqlalchemy import ARRAY, Enum, JSON
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import Base

Colour = enum.Enum("Colour", "red green it's:odd")
Size = enum.Enum("Size", "small large")
"""
TABLE = """

class {name}(Base):
    __tablename__ = "enum_{name}"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
COLOURED = "    colour: Mapped[Colour]\n    inside: Mapped[Colour | None]\n"
SIZED = "    size: Mapped[Size | None]\n"
CHECKED = "    size: Mapped[Size | None] = mapped_column(Enum(Size, create_constraint=True))\n"
SIZES = """    sizes: Mapped[list[Size] | None] = mapped_column(
        JSON().with_variant(ARRAY(Enum(Size)), "postgresql")
    )
"""
PLAIN = """    kind: Mapped[Size | None] = mapped_column(Enum(Size, native_enum=False, length=9))
"""


@pytest.fixture
def migrate(scaffolded, database_url):
    """Write the models of the moment and run commands; at the end, all is taken back."""

    def migrate(models: str, *commands: str) -> str:
        (scaffolded / "notes" / "models" / "note.py").write_text(HEAD + models)
        return alembic(scaffolded, database_url, *commands)

    yield migrate
    alembic(scaffolded, database_url, "downgrade base")


@pytest.fixture
def enums(database_url):
    """Tell what enums there are on PostgreSQL; SQLite has none."""

    def enums(*expected: str) -> bool:
        names = "SELECT typname FROM pg_type WHERE typtype = 'e' ORDER BY typname"
        return "sqlite" in database_url or execute(database_url, names) == list(expected)

    return enums


def table(name: str, *columns: str) -> str:
    return TABLE.format(name=name) + "".join(columns)


def test_edge_55_a_downgrade_leaves_no_enum(migrate, enums, database_url):
    cars = table("cars", COLOURED, PLAIN)
    migrate(cars, "revision --autogenerate -m first", "upgrade head", "check")
    execute(database_url, "INSERT INTO enum_cars (id, colour) VALUES (1, 'it''s:odd')")
    assert enums("colour")
    assert "CREATE TYPE" not in migrate(cars, "downgrade -1")
    assert enums()
    migrate(cars, "upgrade head", "downgrade -1", "upgrade head")
    assert enums("colour")


def test_edge_55_an_enum_may_be_shared_and_added_and_removed(migrate, enums, database_url):
    cars = table("cars", COLOURED)
    both = table("cars", COLOURED, SIZED) + table("bikes", COLOURED)
    migrate(cars, "revision --autogenerate -m first", "upgrade head")
    migrate(both, "revision --autogenerate -m second", "upgrade head", "check")
    assert enums("colour", "size")
    execute(database_url, "INSERT INTO enum_cars (id, colour, size) VALUES (1, 'red', 'large')")
    migrate(both, "downgrade -1")
    assert enums("colour")
    migrate(both, "upgrade head")
    plain = table("cars")
    migrate(plain, "revision --autogenerate -m third", "upgrade head", "check")
    assert enums() or enums("colour", "size")
    execute(database_url, "DELETE FROM enum_cars")
    migrate(plain, "downgrade base", "upgrade head", "downgrade base")
    assert enums()


def test_edge_55_sql_is_written_for_enums_too(migrate, database_url):
    models = table("cars", CHECKED, SIZES)
    said = migrate(models, "revision --autogenerate -m first", "upgrade head --sql")
    assert ("CREATE TYPE size AS ENUM ('small', 'large')" in said) is ("postgres" in database_url)
    assert ("CHECK (size IN ('small', 'large'))" in said) is ("sqlite" in database_url)


def test_an_enum_in_a_list_is_created_and_dropped_too(migrate, enums):
    migrate(table("cars"), "revision --autogenerate -m first", "upgrade head")
    sizes = table("cars", SIZES)
    migrate(sizes, "revision --autogenerate -m second", "upgrade head", "check", "downgrade -1")
    assert enums()
    migrate(sizes, "upgrade head")
    assert enums("size")


def test_a_migration_shows_its_enums(migrate, scaffolded):
    migrate(table("cars", COLOURED), "revision --autogenerate -m first")
    (script,) = Path(scaffolded / "migrations" / "versions").glob("*.py")
    upgrade, downgrade = script.read_text().split("def downgrade")
    guard = 'if op.get_context().dialect.name == "postgresql":\n        op.execute('
    assert upgrade.index(guard) < upgrade.index("op.create_table")
    assert downgrade.index("op.drop_table") < downgrade.index(guard + "'DROP TYPE colour'")
