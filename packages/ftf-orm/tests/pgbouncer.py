"""Repositories behind a real PgBouncer in transaction mode: `nox -s pgbouncer`."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bookshop import Author, AuthorRepository, Book, Genre, Model
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.container import Container
from ftf.container.jobs import Job, JobRegistry, Jobs, JobsProvider, Worker
from ftf.orm import (
    BaseRepository,
    DatabaseProvider,
    DuplicateRecord,
    create_engine,
    run_transaction,
    session_factory,
    transaction,
)
from ftf.orm.jobs import DatabaseJobs, jobs_metadata

# A socket of the file system: a port that is free now may be taken a moment later.
SETTINGS = """
[databases]
bookshop = host={host} port={port} dbname={database} user={user}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
"""


@pytest.fixture(scope="session")
def pgbouncer_url(bare_postgres_url) -> Iterator[str]:
    url = make_url(bare_postgres_url)
    host = url.query.get("host") or url.host or "127.0.0.1"
    names = {"host": host, "port": url.port or 5432, "database": url.database, "user": url.username}
    command = [shutil.which("pgbouncer") or "pgbouncer"]
    with TemporaryDirectory(prefix="pgbouncer-") as folder:  # a short name, as sockets need
        file = Path(folder, "pgbouncer.ini")
        file.write_text(SETTINGS.format(folder=folder, **names))
        if os.geteuid() == 0:  # it refuses to run as root
            owner = Path(str(host)).owner() if Path(str(host)).is_dir() else "nobody"
            shutil.chown(folder, owner)
            command += ["-u", owner]
        process = subprocess.Popen([*command, str(file)], stderr=subprocess.PIPE, text=True)  # noqa: S603  # nothing from outside
        assert process.stderr is not None
        said = ""
        while "process up" not in said:
            said = process.stderr.readline()
            assert said, "pgbouncer ended"
        yield f"postgresql://{url.username}@/bookshop?host={folder}&port=6432"
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture
async def engine(pgbouncer_url) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(pgbouncer_url, pgbouncer=True)
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.drop_all)
        await connection.run_sync(Model.metadata.create_all)
    yield engine
    await engine.dispose()


async def test_many_sessions_share_few_connections(engine):
    async def work(number: int) -> None:
        async with session_factory(engine)() as session:
            authors = AuthorRepository(session)
            async with transaction(session):
                await authors.create(Author(name=f"{number}", email=f"{number}"))
                with pytest.raises(DuplicateRecord):
                    await authors.create(Author(name="twin", email=f"{number}"))
                rows = [{"name": "x", "email": f"{number}"}, {"name": "y", "email": f"y{number}"}]
                await authors.upsert(rows, unique_by=["email"])
            assert await authors.query().where(Author.email == f"{number}").exists()
            await authors.query().with_(Author.books).limit(5).get()
            await run_transaction(session, lambda _: authors.query().count())

    await asyncio.gather(*(work(number) for number in range(40)))
    async with session_factory(engine)() as session:
        assert await AuthorRepository(session).count() == 80


async def test_copy_and_relations_with_many_keys_work(engine):
    async with session_factory(engine)() as session:
        authors, genres = AuthorRepository(session), BaseRepository(session, Genre)
        books = BaseRepository(session, Book)
        ada = await authors.create(Author(name="Ada"))
        for _ in range(3):
            assert await genres.insert_many({"name": "x"} for _ in range(2_000)) == 2_000
        keys = await genres.query().pluck(Genre.id)
        book = await books.create(Book(title="Notes", author_id=ada.id))
        await books.relation(book, Book.genres).attach(*keys)
        assert len(await genres.find_many(keys)) == 6_000


async def test_a_table_that_is_altered_costs_no_statement(engine):
    async with session_factory(engine)() as session:
        authors = AuthorRepository(session)
        await authors.create(Author(name="Ada"))
        for length in (200, 300):
            async with engine.begin() as connection:
                type_ = f"ALTER TABLE authors ALTER COLUMN name TYPE varchar({length})"
                await connection.exec_driver_sql(type_)
            assert [author.name for author in await authors.query().fresh().get()] == ["Ada"]
            await session.commit()  # ALTER TABLE waits for the end of the read


async def test_job_106_jobs_run_without_notices(engine, pgbouncer_url):
    ran = asyncio.Event()

    @dataclass(frozen=True)
    class Ring(Job):
        async def handle(self) -> None:
            ran.set()

    async with engine.begin() as connection:
        await connection.run_sync(jobs_metadata.drop_all)
        await connection.run_sync(jobs_metadata.create_all)
    async with Container() as container:
        container.add_provider(DatabaseProvider(pgbouncer_url, pgbouncer=True))
        container.add_provider(JobsProvider("database:"))
        (registry := JobRegistry.of(container)).register(Ring)
        polling = DatabaseJobs(engine, poll_seconds=0.05)  # as in another process
        working = asyncio.create_task((worker := Worker(container, polling, registry)).run())
        for _ in range(20):
            ran.clear()
            async with container.scoped_context() as scope:
                jobs = await scope.aresolve(Jobs)
                async with transaction(await scope.aresolve(AsyncSession)):
                    await jobs.enqueue(Ring())
            await asyncio.wait_for(ran.wait(), 10)
        worker.stop()
        await working
