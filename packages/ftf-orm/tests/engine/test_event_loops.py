"""Engines that are used in another event loop than that of their connections."""

from asyncio import Runner

import pytest
from asyncpg import Connection
from sqlalchemy import text

from ftf.orm import WrongEventLoop, create_engine
from ftf.orm.jobs import DatabaseJobs, jobs_metadata


def test_job_89_a_connection_of_another_event_loop_is_an_error_with_a_remedy(bare_postgres_url):
    engine = create_engine(bare_postgres_url)

    async def use() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    with Runner() as first:
        first.run(use())
        with Runner() as second, pytest.raises(WrongEventLoop, match="at the end of each"):
            second.run(use())
        first.run(engine.dispose())


def test_job_89_an_engine_whose_connections_are_closed_is_used_in_the_next_event_loop(database_url):
    engine = create_engine(database_url)

    async def use() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        await engine.dispose()

    for _ in range(2):
        with Runner() as runner:
            runner.run(use())


def test_job_89_a_worker_in_another_event_loop_ends_with_the_error(bare_postgres_url):
    engine = create_engine(bare_postgres_url)
    jobs = DatabaseJobs(engine)

    async def create_tables() -> None:
        async with engine.begin() as connection:
            await connection.run_sync(jobs_metadata.create_all)

    async def drop_tables() -> None:
        async with engine.begin() as connection:
            await connection.run_sync(jobs_metadata.drop_all)
        await engine.dispose()

    with Runner() as first:
        first.run(create_tables())
        with Runner() as second, pytest.raises(WrongEventLoop, match="at the end of each"):
            second.run(jobs.claim((), 1))
        first.run(engine.dispose())
        first.run(drop_tables())


async def test_any_other_error_of_a_loop_is_raised_as_it_is(bare_postgres_url):
    class Broken(Connection):
        async def execute(self, query: str, *arguments: object, **options: object) -> str:
            if query.startswith("BEGIN"):
                self.terminate()  # which SQLAlchemy 2.0 does not do with it
                raise RuntimeError("no")
            return await super().execute(query, *arguments, **options)

    engine = create_engine(bare_postgres_url, connect_args={"connection_class": Broken})
    with pytest.raises(RuntimeError, match=r"^no$"):
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    await engine.dispose()
