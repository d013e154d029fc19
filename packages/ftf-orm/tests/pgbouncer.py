"""Repositories behind a real PgBouncer in transaction mode: `nox -s pgbouncer`."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from socket import create_connection, create_server
from time import monotonic, sleep
from urllib.parse import parse_qs, urlsplit

import pytest
from bookshop import Author, AuthorRepository, Book, Genre, Model
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.orm import (
    BaseRepository,
    DuplicateRecord,
    create_engine,
    run_transaction,
    session_factory,
    transaction,
)

SETTINGS = """
[databases]
bookshop = host={host} port={port} dbname={database} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
ignore_startup_parameters = extra_float_digits
"""


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture(scope="session")
def pgbouncer_url(postgres_url, tmp_path_factory) -> Iterator[str]:
    url = make_url(postgres_url)
    server = urlsplit(postgres_url)
    host = parse_qs(server.query).get("host", [url.host or "127.0.0.1"])[0]
    listen, folder = free_port(), tmp_path_factory.mktemp("pgbouncer")
    file = folder / "pgbouncer.ini"
    names = {"host": host, "port": url.port or 5432, "database": url.database, "user": url.username}
    file.write_text(SETTINGS.format(listen=listen, **names))
    command = [shutil.which("pgbouncer") or "pgbouncer", str(file)]
    if os.geteuid() == 0:  # it refuses to run as root
        owner = Path(host).owner() if Path(host).is_dir() else "nobody"  # of the server's socket
        file = Path(shutil.copy(file, f"/tmp/pgbouncer-{listen}.ini"))  # noqa: S108  # which it can read
        command = [command[0], "-u", owner, str(file)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603  # nothing from outside
    wait_for(listen)
    yield f"postgresql://{url.username}@127.0.0.1:{listen}/bookshop"
    process.terminate()
    process.wait(10)
    file.unlink()


def wait_for(port: int) -> None:
    until = monotonic() + 10
    while True:
        try:
            create_connection(("127.0.0.1", port)).close()
        except OSError:
            if monotonic() > until:
                raise
            sleep(0.05)
        else:
            return


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
