"""What a database holds is brought back whole or not at all."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.exc import ProgrammingError

from ftf.testing.provisioning._databases import Databases  # noqa: PLC2701
from ftf.testing.provisioning._own_thread import run_on  # noqa: PLC2701
from ftf.testing.snapshot._snapshot import Snapshot  # noqa: PLC2701  # databases as migrations make them

USERS_AND_POSTS = """
CREATE TABLE users (id INTEGER PRIMARY KEY);
CREATE TABLE posts (author INTEGER REFERENCES users)
"""
CIRCLE = """
CREATE TABLE teams (id INTEGER PRIMARY KEY, best INTEGER);
CREATE TABLE players (id INTEGER PRIMARY KEY, team INTEGER REFERENCES teams);
INSERT INTO teams VALUES (1, NULL);
INSERT INTO players VALUES (1, 1)
"""
CLOSE_CIRCLE = """;
ALTER TABLE teams ADD FOREIGN KEY (best) REFERENCES players;
UPDATE teams SET best = 1
"""
BE_NOBODY = """
GRANT ALL ON SCHEMA public TO pg_monitor;
SET ROLE pg_monitor;
"""
PARTS = """
CREATE TABLE days (day INTEGER PRIMARY KEY) PARTITION BY RANGE (day);
CREATE TABLE days_of_may PARTITION OF days FOR VALUES FROM (1) TO (32);
CREATE TABLE people (name TEXT);
CREATE TABLE authors (book TEXT) INHERITS (people);
INSERT INTO days VALUES (1);
INSERT INTO people VALUES ('Ada');
INSERT INTO authors VALUES ('Bo', 'B')
"""
MORE_PARTS = """
CREATE TABLE weeks (week INTEGER) PARTITION BY RANGE (week);
CREATE TABLE weeks_of_may PARTITION OF weeks FOR VALUES FROM (18) TO (23);
CREATE TABLE weeks_of_june PARTITION OF weeks FOR VALUES FROM (23) TO (27)
"""
LOG_ON_POSTGRESQL = """
CREATE TABLE log (entry TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY);
INSERT INTO users VALUES (1);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO log VALUES (TG_OP); RETURN NEW; END $$;
CREATE TRIGGER noted AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION note()
"""
LOG_ON_SQLITE = """
CREATE TABLE log (entry TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY);
INSERT INTO users VALUES (1);
CREATE TRIGGER noted AFTER INSERT ON users BEGIN INSERT INTO log VALUES ('INSERT'); END
"""
SEARCH = """
CREATE VIRTUAL TABLE search USING fts5(word);
INSERT INTO search VALUES ('hello')
"""

UNKNOWN = """
CREATE TABLE words (word TEXT);
PRAGMA writable_schema = ON;
INSERT INTO sqlite_master
VALUES ('table', 'places', 'places', 0, 'CREATE VIRTUAL TABLE places USING unknown()')
"""

type OnDatabase = Callable[[str, Callable[[Connection], None]], None]


@pytest.fixture
def on_postgresql(postgres_url) -> OnDatabase:
    def run(tables: str, work: Callable[[Connection], None]) -> None:
        with Databases(make_url(postgres_url), "run").new("contents") as url:
            run_on(url, lambda connection: work(having(tables, connection)), autocommit=True)

    return run


@pytest.fixture
def on_sqlite() -> OnDatabase:
    def run(tables: str, work: Callable[[Connection], None]) -> None:
        engine = create_engine("sqlite://", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            work(having(tables, connection))
        engine.dispose()

    return run


def having(tables: str, connection: Connection) -> Connection:
    for statement in tables.split(";\n"):
        connection.exec_driver_sql(statement)
    return connection


@pytest.mark.parametrize(
    ("kind", "tables", "change"),
    [
        ("on_postgresql", CIRCLE + CLOSE_CIRCLE, "UPDATE teams SET best = NULL"),
        ("on_postgresql", PARTS, "INSERT INTO days VALUES (2)"),
        ("on_postgresql", PARTS, "UPDATE people SET name = 'Cy'"),
        ("on_postgresql", PARTS, MORE_PARTS),
        ("on_postgresql", LOG_ON_POSTGRESQL, "INSERT INTO users VALUES (2)"),
        ("on_sqlite", CIRCLE, "INSERT INTO teams VALUES (2, 1)"),
        ("on_sqlite", LOG_ON_SQLITE, "INSERT INTO users VALUES (2)"),
        ("on_sqlite", SEARCH, "INSERT INTO search VALUES ('world')"),
        ("on_sqlite", SEARCH, "CREATE VIRTUAL TABLE more USING fts5(word)"),
    ],
)
def test_rows_of_any_kind_of_tables_are_brought_back(request, kind, tables, change):
    def check(connection: Connection) -> None:
        with closing(Snapshot.of(connection)) as contents:
            assert not contents.differences(connection)
            having(change, connection)
            assert contents.differences(connection)
            contents.restore(connection)
            assert not contents.differences(connection)

    request.getfixturevalue(kind)(tables, check)


def test_rows_that_refer_to_each_other_take_no_superuser(on_postgresql):
    def check(connection: Connection) -> None:
        contents = Snapshot.of(connection)
        connection.exec_driver_sql("UPDATE teams SET best = NULL")
        contents.restore(connection)
        assert not contents.differences(connection)

    on_postgresql(BE_NOBODY + CIRCLE + CLOSE_CIRCLE, check)


def test_what_cannot_be_brought_back_is_left_as_it_is(on_postgresql):
    def check(connection: Connection) -> None:
        contents = Snapshot.of(connection)
        connection.exec_driver_sql("INSERT INTO users VALUES (1)")
        connection.exec_driver_sql("INSERT INTO posts VALUES (1)")
        connection.exec_driver_sql("ALTER TABLE users RENAME TO people")
        with pytest.raises(ProgrammingError, match='relation "users" does not exist'):
            contents.restore(connection)
        assert connection.exec_driver_sql("SELECT count(*) FROM posts").scalar() == 1
        connection.exec_driver_sql("ALTER TABLE people RENAME TO users")
        contents.restore(connection)
        assert not contents.differences(connection)

    on_postgresql(USERS_AND_POSTS, check)


def test_a_file_that_is_locked_is_not_waited_for_for_ever(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}", isolation_level="AUTOCOMMIT")
    with (
        engine.connect() as connection,
        engine.connect() as other,
        closing(Snapshot.of(having(USERS_AND_POSTS, connection))) as contents,
    ):
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        other.exec_driver_sql("INSERT INTO users VALUES (1)")
        with pytest.raises(sqlite3.OperationalError, match="a connection is still in a trans"):
            contents.restore(connection)
        other.exec_driver_sql("COMMIT")
        contents.restore(connection)
        assert not contents.differences(connection)
    engine.dispose()


def test_virtual_tables_are_left_to_their_extensions(on_sqlite):
    def check(connection: Connection) -> None:
        with closing(Snapshot.of(connection)) as contents:
            assert contents.tables == ("words",)

    on_sqlite(UNKNOWN, check)
