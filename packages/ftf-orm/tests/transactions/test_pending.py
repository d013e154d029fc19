"""What is pending on a session when something else fails."""

import pytest
from bookshop import Author, AuthorRepository, Book, Genre, ada
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import BaseRepository, DuplicateRecord, transaction


@pytest.fixture
async def bo(authors) -> Author:
    """A record beside the one that others clash with."""
    await authors.create(ada())
    return await authors.create(Author(name="Bo"))


async def names(engine) -> list[str]:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        return list(await session.scalars(text("SELECT name FROM authors ORDER BY id")))


async def test_edge_35_a_write_that_fails_in_a_block_undoes_nothing_that_was_pending(
    session, authors, bo, engine
):
    async with transaction(session):
        bo.name = "Bob"
        session.add(Author(name="Cy"))
        with pytest.raises(DuplicateRecord, match="email"):
            await authors.create(ada())
        assert bo.name == "Bob"
    assert await names(engine) == ["Ada", "Bob", "Cy"]


async def test_edge_35_what_was_pending_and_fails_undoes_no_write_of_the_block(
    session, authors, bo, engine
):
    async with transaction(session):
        await authors.create(Author(name="Cy"))
        session.add(ada())
        with pytest.raises(DuplicateRecord, match="email"):
            await authors.create(Author(name="Di"))
        await authors.create(Author(name="Ed"))
    assert await names(engine) == ["Ada", "Bo", "Cy", "Ed"]


async def test_edge_37_what_was_pending_before_an_inner_block_fails_alone_and_typed(
    session, authors, bo, engine
):
    async with transaction(session):
        await authors.create(Author(name="Cy"))
        session.add(ada())
        with pytest.raises(DuplicateRecord, match="email"):
            async with transaction(session):
                raise AssertionError("never here")
    assert await names(engine) == ["Ada", "Bo", "Cy"]


async def test_an_inner_block_that_fails_leaves_what_was_pending_before_it(session, bo, engine):
    async with transaction(session):
        session.add(Author(name="Cy"))
        with pytest.raises(KeyError, match="x"):
            async with transaction(session):
                raise KeyError("x")
    assert await names(engine) == ["Ada", "Bo", "Cy"]


@pytest.mark.parametrize("read", ["find", "get"])
async def test_edge_35_what_a_query_flushes_and_fails_leaves_a_block_usable(
    session, authors, bo, engine, read
):
    reads = {"find": lambda: authors.find(99), "get": authors.query().get}
    async with transaction(session):
        await authors.create(Author(name="Cy"))
        bo.email = "a@b.c"
        with pytest.raises(DuplicateRecord, match="email"):
            await reads[read]()
        assert bo.email is None
        await authors.create(Author(name="Di"))
    assert await names(engine) == ["Ada", "Bo", "Cy", "Di"]


@pytest.mark.parametrize("read", ["find", "get"])
async def test_edge_35_what_a_query_flushes_and_fails_leaves_the_session_usable(
    session, authors, bo, read
):
    reads = {"find": lambda: authors.find(99), "get": authors.query().get}
    session.add(ada())
    with pytest.raises(DuplicateRecord, match="email"):
        await reads[read]()
    assert bo.name == "Bo"
    assert await authors.count() == 2


async def test_edge_35_a_query_that_the_database_refuses_leaves_the_session_usable(authors, bo):
    with pytest.raises(DBAPIError, match="no_such_function"):
        await authors.query().where(text("no_such_function(1) = 1")).get()
    assert bo.name == "Bo"
    assert await authors.count() == 2


async def test_a_block_without_autoflush_reads_without_writing(engine):
    async with (
        AsyncSession(engine, autoflush=False, expire_on_commit=False) as session,
        transaction(session),
    ):
        session.add(ada())
        assert await AuthorRepository(session).find(1) is None


async def test_a_record_that_was_changed_needs_one_savepoint(session, authors, bo, statements):
    async with transaction(session):
        bo.name = "Bob"
        await authors.update(bo)
    assert [statement.split()[0] for statement in statements] == ["SAVEPOINT", "UPDATE", "RELEASE"]


@pytest.mark.parametrize("is_loaded", [True, False])
async def test_a_record_is_created_beside_a_related_one_that_was_changed(
    authors, books, bo, is_loaded
):
    if is_loaded:
        await authors.load(bo, Author.books)
    async with transaction(authors.session):
        for title in ("a", "b"):
            bo.name = f"Bo {title}"
            book = await books.create(Book(title=title, author=bo))
            assert book.author is bo
    await authors.load_missing(bo, Author.books)
    assert [book.title for book in bo.books] == ["a", "b"]
    assert await authors.query().where_key(bo.id).value(Author.name) == "Bo b"


async def test_a_record_is_created_with_several_related_ones(session, books, bo):
    genres = BaseRepository(session, Genre)
    essays = await genres.create(Genre(name="essays"))
    async with transaction(session):
        book = await books.create(Book(title="a", author=bo, genres=[essays]))
    assert book.genres == [essays]
    assert await books.relation(book, Book.genres).query().get() == [essays]
