"""Read replicas: which reads go there, and which may not."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from socket import socket

import pytest
from bookshop import Author, AuthorRepository, Book, BookRepository, Model
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.container import Container
from ftf.orm import (
    DatabaseProvider,
    DatabaseUnavailable,
    create_engine,
    session_factory,
    transaction,
    using_primary,
)


@pytest.fixture
def replica_url(database_url, tmp_path) -> str:
    """A database that is behind, or, on PostgreSQL, is never behind."""
    if database_url.startswith("sqlite"):
        return f"sqlite+aiosqlite:///{tmp_path}/replica.db"
    return database_url


@pytest.fixture
async def pair(database_url, replica_url, engine):
    if replica_url != database_url:
        replica = create_engine(replica_url)
        async with replica.begin() as connection:
            await connection.run_sync(Model.metadata.create_all)
        await replica.dispose()
    pair = create_engine(database_url, replicas=[replica_url])
    yield pair
    await pair.dispose()


@pytest.fixture
async def session(pair):
    async with session_factory(pair)() as session:
        yield session


def replica_of(engine):
    """The engine of the only replica: where a session that has done nothing reads."""
    return session_factory(engine)().sync_session.get_bind(clause=select(Author))


@pytest.fixture
def where(pair):
    """How many statements went to each of the two."""
    counts = Counter()

    def listen(engine, name):
        def count(_connection, _cursor, statement, *_):
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
                counts[name] += 1

        event.listen(engine, "before_cursor_execute", count)

    listen(pair.sync_engine, "primary")
    listen(replica_of(pair), "replica")
    return counts


async def test_reads_before_the_first_write_go_to_the_replica(session, where):
    authors = AuthorRepository(session)
    assert await authors.all() == []
    assert await authors.count() == 0
    assert await authors.find(1) is None
    assert await session.scalar(select(Author.id)) is None
    assert where == {"replica": 4}
    ada = await authors.create(Author(name="Ada"))
    await session.close()
    assert (await authors.find_or_fail(ada.id)).name == "Ada"
    assert await authors.query().with_(Author.books).get() != []
    assert where["replica"] == 4


@pytest.mark.parametrize("statement", ["UPDATE authors SET born = 1", "SELECT 1"])
async def test_statements_that_are_text_go_to_the_primary(session, where, statement):
    await session.execute(text(statement))
    assert where == {"primary": 1}
    await AuthorRepository(session).count()
    assert where["primary"] == (2 if statement.startswith("UPDATE") else 1)


async def test_bulk_writes_and_pending_changes_stay_on_the_primary(session, where):
    authors = AuthorRepository(session)
    await authors.query().all_rows().update({Author.born: 1})
    await authors.count()
    assert where == {"primary": 2}


async def test_what_is_flushed_before_a_read_keeps_it_on_the_primary(session, where):
    session.add(Author(name="Ada"))
    assert await AuthorRepository(session).count() == 1
    assert where == {"primary": 2}


async def test_reads_in_a_transaction_and_with_a_lock_go_to_the_primary(session, where):
    authors = AuthorRepository(session)
    async with transaction(session):
        await authors.count()
    async with session.begin_nested():
        await authors.count()
    await authors.query().lock_for_update().get()
    assert where == {"primary": 3}
    await session.rollback()
    await authors.count()
    assert where == {"primary": 3, "replica": 1}


async def test_what_a_write_compares_with_and_what_is_read_again_is_not_outdated(
    pair, session, where
):
    async with session_factory(pair)() as other:
        ada = await AuthorRepository(other).create(Author(name="Ada"))
        book = await BookRepository(other).create(Book(title="a", author_id=ada.id))
    where.clear()
    books = BookRepository(session)
    with using_primary():
        book = await books.find_or_fail(book.id)
    await books.refresh(book)
    await books.query().fresh().get()
    assert "replica" not in where
    await books.relation(book, Book.genres).sync([])
    assert "replica" not in where


async def test_reads_with_a_time_limit_and_streams_go_to_the_primary(session, where):
    authors = AuthorRepository(session)
    assert await authors.query().timeout(5).get() == []
    assert [author async for author in authors.query().stream()] == []
    assert "replica" not in where


async def test_a_block_sends_the_reads_of_its_task_to_the_primary(pair, session, where):
    async def other() -> None:
        async with session_factory(pair)() as another:
            await AuthorRepository(another).count()

    with using_primary():
        await AuthorRepository(session).count()
        with using_primary():
            await AuthorRepository(session).count()
    assert where == {"primary": 2}
    await asyncio.gather(AuthorRepository(session).count(), other())
    assert where == {"primary": 2, "replica": 2}


async def test_sessions_of_the_container_use_the_replicas(database_url, replica_url, pair):

    container = Container()
    container.add_provider(DatabaseProvider(database_url, replicas=[replica_url]))
    async with container, container.scoped_context() as scope:
        session = await scope.aresolve(AsyncSession)
        engine = session.sync_session.get_bind(clause=select(Author))
        assert engine is not session.sync_session.get_bind()
        assert str(engine.url.database) in replica_url
        await AuthorRepository(session).query().with_(Author.books).get()
        await AuthorRepository(session).load([], Author.books)


async def test_replicas_are_disposed_of_with_their_engine(pair, session):
    await AuthorRepository(session).count()
    await session.close()
    pool = replica_of(pair).pool
    assert pool.checkedin() == 1
    await pair.dispose()
    assert pool.checkedin() == 0


def test_a_replica_is_of_the_same_kind_and_in_a_list():
    with pytest.raises(ValueError, match="a replica of sqlite cannot be postgresql"):
        create_engine("sqlite://", replicas=["postgresql://localhost/x"])
    with pytest.raises(TypeError, match=r"replicas must be several URLs, not one: write \['"):
        create_engine("sqlite://", replicas="sqlite://")


@pytest.fixture
def absent_url(database_url, tmp_path, sqlite_threads) -> Iterator[str]:
    """The URL of a replica that refuses every connection."""
    if database_url.startswith("sqlite"):
        yield f"sqlite+aiosqlite:///{tmp_path}/nowhere/replica.db"
        return
    with socket() as taken:  # nothing listens there, and nothing else can
        taken.bind(("127.0.0.1", 0))
        yield f"postgresql+asyncpg://postgres@127.0.0.1:{taken.getsockname()[1]}/postgres"


@pytest.fixture
async def alone(database_url, absent_url) -> AsyncIterator[AsyncEngine]:
    alone = create_engine(database_url, replicas=[absent_url])
    yield alone
    await alone.dispose()


async def test_reads_go_to_the_primary_while_the_replica_refuses(alone, authors, caplog):
    ada = await authors.create(Author(name="Ada", books=[Book(title="a")]))
    for _ in range(2):
        async with session_factory(alone)() as session:
            found = AuthorRepository(session)
            assert (await found.find_or_fail(ada.id)).name == "Ada"
            assert await found.query().count() == 1
            (author,) = await found.query().with_(Author.books).get()
            assert [book.title for book in author.books] == ["a"]
            await found.create(Author(name="Bo"))
            await found.query().where(Author.name == "Bo").delete()
    # The second session, and each further read, did not try it again.
    assert [record.getMessage()[:11] for record in caplog.records] == ["The replica"]
    assert "cannot be reached and is left out: " in caplog.text


async def test_a_replica_is_tried_again_after_ten_seconds(alone, monkeypatch, caplog):
    clock = [0.0]
    monkeypatch.setattr("ftf.orm.engine._replicas.monotonic", lambda: clock[0])
    for clock[0], tries in ((0.0, 1), (9.9, 1), (10.0, 2)):
        async with session_factory(alone)() as session:
            assert await AuthorRepository(session).count() == 0
        assert len(caplog.records) == tries


async def test_pending_changes_are_not_lost_to_a_read_that_is_repeated(alone):
    async with session_factory(alone)(autoflush=False) as session:
        session.add(Author(name="Ada"))
        with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
            await AuthorRepository(session).count()
        assert await AuthorRepository(session).count() == 0


async def test_another_error_of_a_replica_is_an_error(pair, session, where, caplog):
    with pytest.raises(DBAPIError, match="nothing"):
        await AuthorRepository(session).query().where_raw("nothing = 1").get()
    assert await AuthorRepository(session).count() == 0
    assert "primary" not in where
    assert not caplog.records


async def test_a_primary_that_refuses_is_no_matter_of_the_replicas(absent_url, replica_url, caplog):
    engine = create_engine(absent_url, replicas=[replica_url])
    async with session_factory(engine)() as session:
        with using_primary(), pytest.raises(DatabaseUnavailable, match="cannot be reached"):
            await AuthorRepository(session).count()
    await engine.dispose()
    assert not caplog.records


async def test_a_replica_without_a_free_connection_is_not_left_out(database_url, engine, caplog):
    options = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0}
    small = create_engine(database_url, replicas=[database_url], **options)
    factory = session_factory(small)
    async with factory() as first, factory() as second:
        assert await AuthorRepository(first).count() == 0
        with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
            await AuthorRepository(second).count()
    await small.dispose()
    assert not caplog.records


@pytest.mark.slow
async def test_a_replica_that_goes_down_and_comes_back_costs_no_read(
    server, postgres_url, monkeypatch
):
    clock = [0.0]
    monkeypatch.setattr("ftf.orm.engine._replicas.monotonic", lambda: clock[0])
    for url, name in ((postgres_url, "primary"), (server.url, "replica")):
        engine = create_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(Model.metadata.create_all)
            await connection.execute(insert(Author).values(name=name))
        await engine.dispose()
    pair = create_engine(postgres_url, replicas=[server.url])
    async with session_factory(pair)() as session:
        authors = AuthorRepository(session)
        assert await authors.query().pluck(Author.name) == ["replica"]
        await server.crash()  # under the connection of the session
        assert await authors.query().pluck(Author.name) == ["primary"]
        await server.start()
        assert await authors.query().pluck(Author.name) == ["primary"]
    clock[0] = 10.0
    async with session_factory(pair)() as session:
        assert await AuthorRepository(session).query().pluck(Author.name) == ["replica"]
    await pair.dispose()
