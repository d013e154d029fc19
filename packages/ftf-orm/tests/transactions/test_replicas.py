"""Read replicas: which reads go there, and which may not."""

import asyncio
from collections import Counter

import pytest
from bookshop import Author, AuthorRepository, Book, BookRepository, Model
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container import Container
from ftf.orm import (
    DatabaseProvider,
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
