import asyncio
import sqlite3

import pytest
from sqlalchemy import URL, AsyncAdaptedQueuePool, NullPool, StaticPool, event, make_url, text
from sqlalchemy.exc import OperationalError

from ftf.orm import MissingDriver, TransactionMisuse, create_engine, session_factory, transaction


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite://", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite://", "sqlite+aiosqlite"),
        ("postgresql://localhost/blog", "postgresql+asyncpg"),
        ("postgres://localhost/blog", "postgresql+asyncpg"),
        (make_url("postgresql://localhost/blog"), "postgresql+asyncpg"),
    ],
)
def test_a_url_without_a_driver_gets_an_async_one(url, driver):
    assert create_engine(url).url.drivername == driver


def test_a_driver_that_is_missing_names_the_extra_that_brings_it(monkeypatch):
    monkeypatch.setattr("ftf.orm.engine._engine.find_spec", lambda _: None)
    message = r'The driver asyncpg is not installed: pip install "ftf-orm\[postgres\]"'
    with pytest.raises(MissingDriver, match=message) as caught:
        create_engine("postgresql://localhost/blog")
    assert isinstance(caught.value, ImportError)
    assert (caught.value.driver, caught.value.extra) == ("asyncpg", "postgres")


@pytest.mark.parametrize(
    ("url", "pool"),
    [
        ("sqlite://", AsyncAdaptedQueuePool),
        ("sqlite:///:memory:", AsyncAdaptedQueuePool),
        ("sqlite:///memory.db", AsyncAdaptedQueuePool),
        ("sqlite:///file::memory:?uri=true&mode=memory", StaticPool),
        ("postgresql://localhost/blog", AsyncAdaptedQueuePool),
    ],
)
def test_edge_53_a_pool_suits_its_database(url, pool):
    assert type(create_engine(url).pool) is pool


def test_options_win_over_defaults():
    engine = create_engine("sqlite:///a.db", poolclass=NullPool, connect_args={"timeout": 1})
    assert isinstance(engine.pool, NullPool)


def test_connect_args_that_are_no_dict_are_refused():
    with pytest.raises(TypeError, match="connect_args must be a dict, not 5"):
        create_engine("sqlite://", connect_args=5)


async def pragmas(engine) -> dict[str, object]:
    names = ("foreign_keys", "journal_mode", "busy_timeout", "synchronous")
    async with engine.connect() as connection:
        return {name: await connection.scalar(text(f"PRAGMA {name}")) for name in names}


async def test_sqlite_checks_foreign_keys_waits_and_logs_ahead(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    assert await pragmas(engine) == {
        "foreign_keys": 1,
        "journal_mode": "wal",
        "busy_timeout": 15_000,
        "synchronous": 1,
    }
    await engine.dispose()


async def test_an_sqlite_file_that_is_only_read_is_left_as_it_is(tmp_path):
    url = f"sqlite:///{tmp_path}/a.db"
    engine = create_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE t (a INTEGER)"))
        await connection.commit()
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("PRAGMA journal_mode = DELETE"))
    read_only = URL.create(
        "sqlite", database=f"file:{tmp_path}/a.db?mode=ro", query={"uri": "true"}
    )
    for file in (f"sqlite:///file:{tmp_path}/a.db?mode=ro&uri=true", read_only):
        engine = create_engine(file)
        assert (await pragmas(engine))["journal_mode"] == "delete"
        await engine.dispose()


async def test_another_error_of_the_journal_is_raised(tmp_path):
    writer = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    engine = create_engine(f"sqlite:///{tmp_path}/a.db", connect_args={"timeout": 0.01})
    with pytest.raises(OperationalError, match="database is locked"):
        await pragmas(engine)
    writer.close()
    assert (await pragmas(engine))["journal_mode"] == "wal"
    await engine.dispose()


async def test_many_connections_can_open_a_new_sqlite_file_at_once(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/a.db", pool_size=10)
    found = await asyncio.gather(*(pragmas(engine) for _ in range(10)))
    assert {row["journal_mode"] for row in found} == {"wal"}
    await engine.dispose()


@pytest.fixture
async def counted(tmp_path):
    """An SQLite engine with a table, and the transactions it begins."""
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    begun: list[str] = []
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE t (a INTEGER)"))

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def record(_connection, _cursor, statement, *_) -> None:
        if statement.startswith("BEGIN"):
            begun.append(statement)

    yield engine, begun
    await engine.dispose()


async def test_edge_36_rows_of_a_savepoint_do_not_survive_the_transaction(counted):
    engine, begun = counted
    async with engine.connect() as connection:
        async with connection.begin_nested():
            await connection.execute(text("INSERT INTO t VALUES (1)"))
        await connection.rollback()
        assert await connection.scalar(text("SELECT count(*) FROM t")) == 0
    assert begun == ["BEGIN IMMEDIATE"]


async def test_reading_begins_nothing_and_writing_begins_once(counted):
    engine, begun = counted
    async with engine.connect() as connection:
        await connection.execute(text("SELECT * FROM t"))
        await connection.execute(text("WITH u AS (SELECT * FROM t)\nSELECT * FROM u"))
        assert begun == []
        await connection.execute(text("INSERT INTO t VALUES (1)"))
        await connection.execute(text("WITH u AS (SELECT 2)\nINSERT INTO t SELECT * FROM u"))
        assert begun == ["BEGIN IMMEDIATE"]


async def test_somebody_who_read_before_can_write_after_another_one_wrote(counted):
    engine, _ = counted
    async with engine.connect() as slow, engine.connect() as quick:
        await slow.execute(text("SELECT * FROM t"))
        await quick.execute(text("INSERT INTO t VALUES (1)"))
        await quick.commit()
        await slow.execute(text("INSERT INTO t VALUES (2)"))
        await slow.commit()
        assert await quick.scalar(text("SELECT count(*) FROM t")) == 2


async def test_a_connection_is_given_back_without_what_its_driver_has_open(counted):
    engine, _ = counted
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        await raw.driver_connection.execute("BEGIN IMMEDIATE")
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        assert not raw.driver_connection.in_transaction


@pytest.mark.parametrize("for_the_engine", [True, False])
async def test_nothing_begins_where_each_statement_commits(tmp_path, for_the_engine):
    options = {"isolation_level": "AUTOCOMMIT"}
    engine = create_engine(f"sqlite:///{tmp_path}/a.db", **(options if for_the_engine else {}))
    async with engine.connect() as connection:
        if not for_the_engine:
            await connection.execution_options(**options)
        await connection.execute(text("CREATE TABLE t (a INTEGER)"))
        await connection.execute(text("VACUUM"))
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM t")) == 0
    await engine.dispose()


@pytest.mark.parametrize("for_the_engine", [True, False])
async def test_a_transaction_is_refused_where_each_statement_commits(database_url, for_the_engine):
    options = {"isolation_level": "AUTOCOMMIT"}
    engine = create_engine(database_url, **(options if for_the_engine else {}))
    bind = engine if for_the_engine else engine.execution_options(**options)
    async with session_factory(bind)() as session:
        with pytest.raises(TransactionMisuse, match=r"AUTOCOMMIT.*use an engine without it"):
            async with transaction(session):
                pass
        assert await session.scalar(text("SELECT 1")) == 1
    await engine.dispose()


def test_pgbouncer_stands_before_nothing_but_postgresql():
    with pytest.raises(ValueError, match="PgBouncer is for PostgreSQL, not for sqlite"):
        create_engine("sqlite://", pgbouncer=True)


async def test_edge_21_nothing_stays_prepared_behind_pgbouncer(postgres_url):
    engine = create_engine(postgres_url, pgbouncer=True)
    assert isinstance(engine.pool, NullPool)
    async with engine.connect() as connection:
        for _ in range(3):
            await connection.execute(text("SELECT 1"))
        prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1'")
        assert await connection.scalar(prepared) == 0
    await engine.dispose()


READS = [
    "/* route='/x' */ SELECT 1",
    "-- a comment\nSELECT 1",
    "/* INSERT */ -- both\n /* DELETE */ SELECT 1",
    "WITH u AS (SELECT replace('a', 'b', 'c')) SELECT * FROM u",
    "WITH u AS (SELECT 'update' AS \"delete\") SELECT * FROM u /* replace */ -- insert",
]
WRITES = [
    "/* SELECT */ INSERT INTO t VALUES (1)",
    "/* a */ DELETE FROM t /* b */ -- c\n WHERE 1 /* */",
    "-- SELECT 1\nUPDATE t SET a = 2",
    "WITH u AS (SELECT 2) REPLACE INTO t SELECT * FROM u",
    "WITH u AS (SELECT '''' AS a) DELETE FROM t",
]


@pytest.mark.parametrize("statement", READS)
async def test_a_read_takes_no_lock_however_it_is_written(counted, statement):
    engine, begun = counted
    async with engine.connect() as connection:
        await connection.exec_driver_sql(statement)
    assert begun == []


@pytest.mark.parametrize("statement", WRITES)
async def test_a_write_takes_the_lock_however_it_is_written(counted, statement):
    engine, begun = counted
    async with engine.connect() as connection:
        await connection.exec_driver_sql(statement)
    assert begun == ["BEGIN IMMEDIATE"]
