"""Who migrates, from where, and whether somebody else does too."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bookshop
import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config
from database import BOOKSHOP, add_revision, execute, tables, upgrade_on
from sqlalchemy import AsyncAdaptedQueuePool, Connection, func, inspect, select, text

from ftf.orm import create_engine


async def test_edge_55_migrations_run_inside_a_running_loop(project, database_url):
    command.upgrade(project, "head")
    assert await asyncio.to_thread(tables, database_url) == BOOKSHOP


@pytest.mark.parametrize("running", [False, True])
def test_an_engine_can_be_brought_along(project, database_url, running):
    async def upgrade() -> None:
        command.upgrade(project, "head")

    engine = project.attributes["connection"] = create_engine(database_url)
    if running:
        asyncio.run(upgrade())
    else:
        command.upgrade(project, "head")
    del project.attributes["connection"]
    assert tables(database_url) == BOOKSHOP
    asyncio.run(engine.dispose())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_engine_that_is_not_async_can_be_brought_along(project, database_url):
    engine = sqlalchemy.create_engine(database_url.replace("+aiosqlite", ""))
    project.attributes["connection"] = engine
    command.upgrade(project, "head")
    del project.attributes["connection"]
    assert set(inspect(engine).get_table_names()) > BOOKSHOP
    engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_in_memory_is_migrated_where_it_is(project):
    async def run() -> set[str]:
        engine = create_engine("sqlite://")
        project.attributes["connection"] = engine
        command.upgrade(project, "head")
        del project.attributes["connection"]
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        await engine.dispose()
        return set(names) - {"alembic_version"}

    assert asyncio.run(run()) == BOOKSHOP


def upgrade_brought_along(project: Config, _revision: str) -> None:
    upgrade_on(project, str(project.attributes["url"]), "SELECT 1")


def upgrade_twice_at_once(project: Config) -> list[int]:
    def upgrade(_: int) -> int:
        script = (
            "import sys; from alembic import command; from alembic.config import Config;"
            f"sys.path.insert(0, {str(Path(bookshop.__file__).parent)!r});"
            "config = Config(); config.set_main_option('script_location', sys.argv[1]);"
            "command.upgrade(config, 'head')"
        )
        folder = project.get_main_option("script_location")
        return subprocess.run([sys.executable, "-c", script, folder], check=False).returncode  # noqa: S603

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(upgrade, range(2)))


@pytest.mark.slow
def test_edge_55_deployers_at_once_take_turns(project, database_url):
    assert upgrade_twice_at_once(project) == [0, 0]
    assert tables(database_url) == BOOKSHOP


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_deployer_that_waits_does_not_hold_up_an_index_made_concurrently(project, database_url):
    command.upgrade(project, "head")
    waits = (
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%%pg_sleep%%' AND pid <> pg_backend_pid()"
    )
    add_revision(
        project,
        "with op.get_context().autocommit_block():",
        f'    while not op.get_bind().exec_driver_sql("""{waits}""").scalar(): pass',
        '    op.create_index("by_title", "books", ["title"], postgresql_concurrently=True)',
    )
    assert upgrade_twice_at_once(project) == [0, 0]
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_title'::regclass"
    assert execute(database_url, valid) == [True]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_edge_55_a_deployer_keeps_others_off_for_as_long_as_it_migrates(project):
    command.upgrade(project, "head")
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    add_revision(project, f'assert op.get_bind().exec_driver_sql("{held}").scalar() == 1')
    command.upgrade(project, "head")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("upgrade", [command.upgrade, upgrade_brought_along])
async def test_a_deployer_waits_until_the_lock_is_free(project, database_url, upgrade):
    project.attributes["url"] = database_url
    lock = int.from_bytes(b"ftf-orm")
    waits = text("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND wait_event > ''")
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as other:
        await other.execute(select(func.pg_advisory_lock(lock)))
        upgrading = asyncio.create_task(asyncio.to_thread(upgrade, project, "head"))
        while not await other.scalar(waits):
            assert not upgrading.done()
        await other.execute(select(func.pg_advisory_unlock(lock)))
    await engine.dispose()
    await upgrading
    assert await asyncio.to_thread(tables, database_url) == BOOKSHOP


def test_the_lock_is_given_back_after_a_failure(project, database_url):
    command.upgrade(project, "head")
    add_revision(project, "1 / 0")

    def fail(connection: Connection) -> None:
        project.attributes["connection"] = connection
        with pytest.raises(ZeroDivisionError):
            command.upgrade(project, "head")
        del project.attributes["connection"]

    async def run() -> None:
        engine = create_engine(database_url, poolclass=AsyncAdaptedQueuePool, pool_size=2)
        async with engine.connect() as first, engine.connect() as second:
            await first.run_sync(fail)
            await second.run_sync(fail)
        await engine.dispose()

    asyncio.run(run())
