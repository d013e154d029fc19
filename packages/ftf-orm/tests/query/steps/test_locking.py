"""Records that are locked are those that are stored, whatever the session knew of them."""

import asyncio

import pytest
from bookshop import Author, AuthorRepository, Book, BookRepository
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import DatabaseBusy, transaction

only_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.fixture
async def two(authors) -> list[Author]:
    made = [Author(name=name, born=0, books=[Book(title=name)]) for name in ("Ada", "Bo")]
    return [await authors.create(author) for author in made]


async def test_edge_49_no_update_is_lost_behind_a_lock(engine, authors, two):
    key = two[0].id

    async def count_up() -> None:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            known = await AuthorRepository(session).find_or_fail(key)
            await session.commit()
            async with transaction(session):
                locked = AuthorRepository(session).query().where_key(key).lock_for_update()
                assert await locked.sole() is known
                known.born = (known.born or 0) + 1

    await asyncio.gather(*(count_up() for _ in range(10)))
    assert (await authors.refresh(two[0])).born == 10


@pytest.mark.parametrize("autoflush", [True, False])
async def test_a_lock_keeps_what_was_changed_before_it(engine, two, autoflush):
    async with AsyncSession(engine, expire_on_commit=False, autoflush=autoflush) as session:
        authors = AuthorRepository(session)
        ada = await authors.find_or_fail(two[0].id)
        async with transaction(session):
            ada.born = 1815
            assert await authors.query().where_key(ada.id).lock_for_update().value(Author.born)
            assert (await authors.query().where_key(ada.id).lock_for_update().sole()).born == 1815


async def test_edge_49_records_can_be_locked_whatever_they_are_joined_with(books, two):
    query = books.query().order_by_key().lock_for_update()
    joined = [
        query.with_joined(Book.author),
        query.left_join(Book.author).where(Author.born == 0).with_(Book.author),
        query.where_has(Book.author).with_joined("author.books").limit(2),
    ]
    async with transaction(books.session):
        for each in joined:
            assert [book.author.name for book in await each.get()] == ["Ada", "Bo"]
        titles = query.left_join(Book.author).reorder().order_by(Author.name, "desc")
        assert await titles.pluck(Book.title) == ["Bo", "Ada"]


@only_postgres
async def test_a_lock_that_somebody_has_is_not_waited_for(engine, two, authors):
    async with AsyncSession(engine, expire_on_commit=False) as other, transaction(authors.session):
        await authors.query().where_key(two[0].id).lock_for_update().first()
        waiting = AuthorRepository(other).query().order_by_key()
        assert await waiting.lock_for_update(skip_locked=True).pluck(Author.name) == ["Bo"]
        found = await waiting.lock_for_update(skip_locked=True).get()
        assert [author.name for author in found] == ["Bo"]
        assert await waiting.count() == 2
        with pytest.raises(DatabaseBusy, match="locked by another transaction"):
            await waiting.lock_for_update(nowait=True).get()


@only_postgres
async def test_edge_49_what_is_joined_is_not_locked(engine, two, books):
    async with AsyncSession(engine, expire_on_commit=False) as other, transaction(books.session):
        await books.query().join(Book.author).with_joined(Book.author).lock_for_update().get()
        free = AuthorRepository(other).query().lock_for_update(skip_locked=True)
        assert len(await free.get()) == 2
        taken = BookRepository(other).query().lock_for_update(skip_locked=True)
        assert await taken.get() == []


async def test_edge_49_two_workers_take_different_records(engine, two):
    meet = asyncio.Barrier(2)

    async def take() -> list[str]:
        async with AsyncSession(engine, expire_on_commit=False) as session, transaction(session):
            queue = AuthorRepository(session).query().where(Author.born == 0).order_by_key()
            (author,) = await queue.limit(1).lock_for_update(skip_locked=True).get()
            if engine.dialect.name == "postgresql":  # SQLite's second worker waits for the first
                await meet.wait()
            author.born = 1
            return [author.name]

    assert sorted(await asyncio.gather(take(), take())) == [["Ada"], ["Bo"]]


@pytest.mark.parametrize(
    "several",
    [lambda q: q.distinct(), lambda q: q.group_by(Author.born)],
    ids=["distinct", "group"],
)
async def test_what_is_no_record_cannot_be_locked(authors, several):
    query = several(authors.query()).lock_for_update()
    with pytest.raises(ValueError, match="neither groups nor distinct values can be locked"):
        await query.pluck(func.max(Author.born))
