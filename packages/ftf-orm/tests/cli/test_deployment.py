"""What `ftf check --deploy` says about the database."""

import json

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from ftf.container import Container
from ftf.container.cli import Application, Deployment
from ftf.container.environment import Environment
from ftf.container.jobs import JobsProvider
from ftf.orm import DatabaseProvider
from ftf.orm.cli.deployment import faults, jobs
from ftf.orm.jobs import jobs_metadata

JOBS = """
    import os
    from ftf.container import Container
    from ftf.container.jobs import JobsProvider
    from ftf.orm import DatabaseProvider

    container = Container()
    container.add_provider(DatabaseProvider(os.environ["DATABASE_URL"]), JobsProvider("database:"))
"""


def deployment(container: Container) -> Deployment:
    application = Application("shop:app", "test", loaded=container)
    return Deployment(application, None, Environment.PRODUCTION, 1)


async def found(store) -> list[str]:
    result = await store.run("--env", "production", "--json", "check", "--deploy")
    return json.loads(result.stdout)["deployment"]


async def test_pending_migrations_and_missing_tables_of_jobs_are_faults(store):
    store.write("store/main.py", JOBS)
    store.write("pyproject.toml", '[tool.ftf]\napp = "store.main:container"\n')
    await store.fetch("SELECT 1")  # an SQLite database exists then
    pending, tables = await found(store)
    assert pending == "1 migrations are pending: `ftf db upgrade`."
    assert tables.startswith("The database lacks a table or column of jobs (")
    assert "ftf_batches" in tables
    assert "add_job_tables(Base.metadata)" in tables
    await store.run("db", "upgrade")
    engine = create_async_engine(store.url)
    async with engine.begin() as connection:
        await connection.run_sync(jobs_metadata.create_all)
    await engine.dispose()
    assert await found(store) == []


@pytest.mark.parametrize("path", [":memory:", "", "shop.db"])
async def test_a_database_in_memory_is_a_fault(path, tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / path if path == 'shop.db' else path}"
    async with Container() as container:
        container.add_provider(DatabaseProvider(url))
        lines = [line.partition(",")[0] for line in await faults(deployment(container))]
    assert lines == ([] if path == "shop.db" else ["The database is in the memory of the process"])


async def test_what_has_no_database_and_no_jobs_has_no_faults():
    container = Container()
    assert await faults(deployment(container)) == []
    assert await jobs(deployment(container)) == []
    container.add_provider(JobsProvider())
    assert await jobs(deployment(container)) == []


async def test_a_database_that_cannot_be_reached_is_a_fault():
    async def connect() -> None:
        raise OSError("no route to host")

    async with Container() as container:
        provider = DatabaseProvider("sqlite+aiosqlite:///shop.db", async_creator=connect)
        container.add_provider(provider, JobsProvider("database:"))
        (line,) = await jobs(deployment(container))
    assert line == "The tables of jobs cannot be looked for: no route to host"
