"""SQLite alters a table by copying it: what belongs to the table outlives the copy."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from database import add_revision, execute

from ftf.orm import MigrationError

ENVIRONMENT = """
from sqlalchemy import MetaData
from ftf.orm.migrations import run_migrations

run_migrations(MetaData(), {url!r})
"""
FIRST = """
from alembic import op

revision = "1"
down_revision = None

def upgrade():
    for statement in {statements!r}:
        op.execute(statement)

def downgrade():
    pass
"""
ITEMS = "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR, price INTEGER)"
CHECKED = (
    "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR, price INTEGER CHECK (price > 0))"
)
LENGTHEN = (
    'with op.batch_alter_table("items") as batch:',
    '    batch.alter_column("name", type_=sa.String(50))',
)
RENAME = (
    'with op.batch_alter_table("items") as batch:',
    '    batch.alter_column("price", new_column_name="cost")',
)
DROP = (
    'with op.batch_alter_table("items") as batch:',
    '    batch.drop_column("price")',
)


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/test.db"


@pytest.fixture
def project(tmp_path, url) -> Config:
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text(ENVIRONMENT.format(url=url))
    config = Config()
    config.set_main_option("script_location", str(tmp_path))
    return config


@pytest.fixture
def change(project, url):
    """Make a schema, change it by a migration, and return the SQL of what is called `name`."""

    def change(schema: tuple[str, ...], operations: tuple[str, ...], name: str = "items") -> str:
        folder = Path(project.get_main_option("script_location"), "versions")
        (folder / "1.py").write_text(FIRST.format(statements=schema))
        command.upgrade(project, "head")
        add_revision(project, *operations)
        command.upgrade(project, "head")
        found = execute(url, f"SELECT sql FROM sqlite_master WHERE name = '{name}'")  # noqa: S608
        return str(found[0]) if found else ""

    return change


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("expression", "CREATE UNIQUE INDEX expression ON items (lower(name))"),
        ("descending", "CREATE INDEX descending ON items (name DESC, price)"),
        ("collated", "CREATE UNIQUE INDEX collated ON items (name COLLATE NOCASE)"),
        ("partial", "CREATE INDEX partial ON items (name) WHERE price > 3"),
        ("plain", "CREATE INDEX plain ON items (name, price)"),
        (
            "watch",
            "CREATE TRIGGER watch AFTER INSERT ON items BEGIN UPDATE items SET price = 1; END",
        ),
    ],
)
def test_indexes_and_triggers_are_made_again(change, name, sql):
    assert change((ITEMS, sql), LENGTHEN, name) == sql


def test_a_view_of_the_table_does_not_stop_the_copy(change, url):
    view = "CREATE VIEW cheap AS SELECT name FROM items WHERE price < 3"
    assert change((ITEMS, view), LENGTHEN, "cheap") == view
    assert execute(url, "SELECT count(*) FROM cheap") == [0]


def test_autoincrement_goes_on_where_it_was(change, url):
    items = "CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR)"
    rows = ("INSERT INTO items (name) VALUES ('a'), ('b'), ('c')", "DELETE FROM items WHERE id = 3")
    assert "PRIMARY KEY AUTOINCREMENT" in change((items, *rows), LENGTHEN)
    assert execute(url, "INSERT INTO items (name) VALUES ('d') RETURNING id") == [4]


def test_autoincrement_that_has_not_begun_begins_at_one(change, url):
    items = "CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR)"
    change((items,), LENGTHEN)
    assert execute(url, "INSERT INTO items (name) VALUES ('d') RETURNING id") == [1]


def test_columns_keep_their_collations(change, url):
    items = (
        "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(9) COLLATE NOCASE, "
        'price INTEGER, "odd ""name" TEXT COLLATE RTRIM, UNIQUE (name))'
    )
    sql = change((items, "INSERT INTO items (name) VALUES ('Ada')"), LENGTHEN)
    assert sql.count("COLLATE") == 2
    assert execute(url, "SELECT id FROM items WHERE name = 'ADA'") == [1]


def test_a_collation_that_a_migration_gives_stands(change):
    items = "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR COLLATE NOCASE)"
    other = LENGTHEN[0], '    batch.alter_column("name", type_=sa.String(collation="RTRIM"))'
    assert 'COLLATE "RTRIM"' in change((items,), other)


def test_a_dropped_column_takes_its_collation_along(change):
    items = "CREATE TABLE items (id INTEGER PRIMARY KEY, price VARCHAR COLLATE NOCASE)"
    assert "COLLATE" not in change((items,), DROP)


def test_a_type_that_takes_no_collation_is_refused(change, url):
    items = "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR COLLATE NOCASE)"
    other = LENGTHEN[0], '    batch.alter_column("name", type_=sa.Integer())'
    with pytest.raises(MigrationError, match="would lose the collation NOCASE of column name"):
        change((items,), other)
    assert execute(url, "SELECT sql FROM sqlite_master WHERE name = 'items'") == [items]


def test_computed_columns_are_computed_again(change, url):
    items = (
        "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR, price INTEGER, "
        "twice INTEGER GENERATED ALWAYS AS (price * 2) STORED)"
    )
    change((items, "INSERT INTO items (price) VALUES (4)"), LENGTHEN)
    assert execute(url, "SELECT twice FROM items") == [8]


@pytest.mark.parametrize("option", ["STRICT", "WITHOUT ROWID"])
def test_options_of_the_table_are_kept(change, option):
    items = f"CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT) {option}"
    to_text = LENGTHEN[0], '    batch.alter_column("name", type_=sa.Text(), nullable=False)'
    assert change((items,), to_text).rstrip().endswith(option)


def test_a_check_without_a_name_is_kept(change, url):
    assert "CHECK (price > 0)" in change((CHECKED,), LENGTHEN)


def test_a_check_that_is_given_anew_replaces_those_without_a_name(change):
    given = (
        'checks = [sa.CheckConstraint("price > 5")]',
        'with op.batch_alter_table("items", table_args=checks) as batch:',
        LENGTHEN[1],
    )
    sql = change((CHECKED,), given)
    assert "CHECK (price > 5)" in sql
    assert "CHECK (price > 0)" not in sql


def test_a_check_of_a_dropped_column_goes_with_it(change):
    assert "CHECK" not in change((CHECKED,), DROP)


def test_a_check_without_a_name_of_a_renamed_column_is_refused(change, url):
    with pytest.raises(MigrationError, match=r"would lose CHECK \(price > 0\), which names the"):
        change((CHECKED,), RENAME)
    assert execute(url, "SELECT sql FROM sqlite_master WHERE name = 'items'") == [CHECKED]


def test_an_index_that_names_a_renamed_column_follows_it(change):
    index = "CREATE INDEX plain ON items (price)"
    assert change((ITEMS, index), RENAME, "plain") == "CREATE INDEX plain ON items (cost)"


def test_an_index_that_cannot_be_kept_is_refused(change, url):
    index = "CREATE INDEX expression ON items (abs(price))"
    with pytest.raises(MigrationError, match=r"would lose expression \(no such column: price\)"):
        change((ITEMS, index), RENAME)
    assert execute(url, "SELECT sql FROM sqlite_master WHERE name = 'items'") == [ITEMS]


def test_an_index_that_the_batch_drops_is_gone(change):
    index = "CREATE INDEX descending ON items (name DESC)"
    drop = (*LENGTHEN, '    batch.drop_index("descending")')
    assert change((ITEMS, index), drop, "descending") == ""


def test_an_index_that_the_batch_replaces_is_the_new_one(change):
    index = "CREATE INDEX descending ON items (name DESC)"
    replace = (
        *LENGTHEN,
        '    batch.drop_index("descending")',
        '    batch.create_index("descending", ["price"])',
    )
    assert change((ITEMS, index), replace, "descending").endswith("(price)")


@pytest.mark.parametrize(
    "broken",
    [
        "CREATE VIEW broken AS SELECT price FROM items",
        "CREATE TRIGGER broken AFTER DELETE ON items BEGIN DELETE FROM items WHERE price = 1; END",
        "CREATE TRIGGER broken BEFORE UPDATE OF name ON items BEGIN SELECT price FROM items; END",
    ],
)
def test_a_view_or_trigger_that_a_migration_breaks_undoes_it(change, url, broken):
    with pytest.raises(MigrationError, match=r"would break (view|trigger) broken: no such column"):
        change((ITEMS, broken), DROP)
    assert execute(url, "SELECT sql FROM sqlite_master WHERE name = 'items'") == [ITEMS]


def test_a_view_that_was_broken_before_stops_nothing(change, url):
    execute(url, "CREATE VIEW odd AS SELECT x FROM gone")
    assert "VARCHAR(50)" in change((ITEMS,), LENGTHEN)


def test_what_to_do_on_conflict_is_not_lost_in_silence(change, url):
    items = "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR UNIQUE ON CONFLICT REPLACE)"
    with pytest.raises(MigrationError, match="would lose ON CONFLICT clauses"):
        change((items,), LENGTHEN)
    assert execute(url, "SELECT sql FROM sqlite_master WHERE name = 'items'") == [items]


def test_renaming_a_table_is_no_copy(change, url):
    lines = "CREATE TABLE lines (id INTEGER PRIMARY KEY, item INTEGER REFERENCES items (id))"
    change((ITEMS, lines), ('op.rename_table("items", "goods")',))
    (sql,) = execute(url, "SELECT sql FROM sqlite_master WHERE name = 'lines'")
    assert 'REFERENCES "goods"' in str(sql)
