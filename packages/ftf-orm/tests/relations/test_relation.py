import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from functools import partial

import pytest
from bookshop import Author, Book, BookRepository, Genre
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.orm import (
    BaseRepository,
    DuplicateRecord,
    ForeignKeyViolation,
    InvalidValue,
    RelationNotLoaded,
    transaction,
)

bare_and_in_transactions = pytest.mark.parametrize(
    "opened", [lambda _: nullcontext(), transaction], ids=["bare", "transaction"]
)


class GenreRepository(BaseRepository[Genre]): ...


async def test_others_are_attached_with_values_for_the_table_between(genres, keys, statements):
    await genres.attach(keys[0], keys[1], rank=3)
    await genres.attach(keys[2], keys[2])
    await genres.attach()
    assert await genres.pivots() == {
        keys[0]: {"rank": 3, "remark": None},
        keys[1]: {"rank": 3, "remark": None},
        keys[2]: {"rank": None, "remark": None},
    }


async def test_what_is_attached_already_is_a_duplicate_and_changes_nothing(genres, keys):
    await genres.attach(keys[0])
    with pytest.raises(DuplicateRecord, match="book_id and genre_id"):
        await genres.attach(keys[1], keys[0])
    assert list(await genres.pivots()) == [keys[0]]


async def test_edge_33_what_is_missing_cannot_be_attached(genres, keys):
    for change in (genres.attach(999), genres.sync([keys[0], 999]), genres.toggle([999])):
        with pytest.raises(ForeignKeyViolation, match="missing one"):
            await change
    assert await genres.pivots() == {}


async def test_others_are_named_by_their_keys(genres, keys, session):
    genre = await session.get(Genre, keys[0])
    changes = (
        lambda: genres.attach(genre),
        lambda: genres.detach(genre),
        lambda: genres.sync([genre]),
        lambda: genres.toggle([genre]),
        lambda: genres.update_pivot(genre, rank=1),
    )
    for change in changes:
        with pytest.raises(TypeError, match="a primary key, not a record: pass that of the Genre"):
            await change()
    assert await genres.pivots() == {}


async def test_keys_are_of_the_type_of_their_column(genres, keys):
    await genres.attach(keys[0], rank=5)
    for key in (str(keys[0]), None, [keys[0]]):
        changes = (
            lambda: genres.attach(key),  # noqa: B023  # called at once
            lambda: genres.detach(key),  # noqa: B023
            lambda: genres.sync([key]),  # noqa: B023
            lambda: genres.toggle([key]),  # noqa: B023
            lambda: genres.update_pivot(key, rank=1),  # noqa: B023
        )
        for change in changes:
            with pytest.raises(
                InvalidValue, match=r"genre_id takes int, so that .* cannot be a key"
            ):
                await change()
    assert await genres.pivots() == {keys[0]: {"rank": 5, "remark": None}}


async def test_values_cannot_relate_other_records(genres, keys):
    for name in ("book_id", "genre_id"):
        changes = (
            genres.attach(keys[0], **{name: 2}),
            genres.update_pivot(keys[0], **{name: 2}),
            genres.sync({keys[0]: {name: 2}}),
        )
        for change in changes:
            with pytest.raises(
                ValueError, match=rf"book_genres\.{name} is a column of the relationship"
            ):
                await change
    assert await genres.pivots() == {}


async def test_values_that_are_missing_or_no_mapping_are_refused(genres, keys):
    with pytest.raises(TypeError, match=r"1 needs values by column, such as {}, not 5"):
        await genres.sync({1: 5})
    with pytest.raises(ValueError, match="pass one for a further column of book_genres"):
        await genres.update_pivot(keys[0])


@pytest.mark.slow
async def test_more_are_attached_than_a_statement_takes_values(genres, session):
    session.add_all(Genre(name="many") for _ in range(12_000))
    await session.commit()
    many = await GenreRepository(session).query().pluck(Genre.id)
    await genres.attach(*many, rank=1)
    assert await genres.query().count() == len(many)


async def test_others_are_detached_and_counted(genres, keys):
    await genres.attach(*keys)
    assert await genres.detach(keys[0], 999) == 1
    assert await genres.detach() == 0
    assert await genres.detach_all() == 4
    assert await genres.query().exists() is False


async def test_values_of_the_table_between_change(genres, keys):
    await genres.attach(keys[0], rank=1)
    assert await genres.update_pivot(keys[0], rank=2)
    assert not await genres.update_pivot(keys[1], rank=2)
    assert (await genres.pivots())[keys[0]]["rank"] == 2
    with pytest.raises(AttributeError, match="book_genres has no column colour"):
        await genres.update_pivot(keys[0], colour="red")


async def test_edge_33_sync_tells_what_it_changed(genres, keys):
    await genres.attach(*keys[:3], rank=1)
    changed = await genres.sync({keys[1]: {}, keys[2]: {"rank": 2}, keys[3]: {"remark": "new"}})
    assert (changed.attached, changed.detached, changed.updated) == (
        [keys[3]], [keys[0]], [keys[2]],
    )  # fmt: skip
    assert await genres.pivots() == {
        keys[1]: {"rank": 1, "remark": None},
        keys[2]: {"rank": 2, "remark": None},
        keys[3]: {"rank": None, "remark": "new"},
    }


async def test_edge_33_sync_of_what_is_there_writes_nothing(genres, keys, statements):
    await genres.attach(*keys[:2], rank=1)
    statements.clear()
    changed = await genres.sync([keys[1], keys[0], keys[1]])
    assert (changed.attached, changed.detached, changed.updated) == ([], [], [])
    assert all(statement.startswith("SELECT") for statement in statements)


async def test_sync_can_leave_others_alone(genres, keys):
    await genres.attach(keys[0])
    assert (await genres.sync([keys[1]], detaching=False)).detached == []
    assert set(await genres.pivots()) == set(keys[:2])


async def test_toggle_turns_over(genres, keys):
    await genres.attach(keys[0], keys[1])
    changed = await genres.toggle([keys[1], keys[2]])
    assert (changed.attached, changed.detached) == ([keys[2]], [keys[1]])
    assert set(await genres.pivots()) == {keys[0], keys[2]}


async def test_edge_33_many_can_sync_the_same_at_once(engine, book, keys):
    async def sync() -> None:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            books = BookRepository(session)
            found = await books.find_or_fail(book.id)
            await books.relation(found, Book.genres).sync(keys)

    await asyncio.gather(*(sync() for _ in range(10)))
    async with AsyncSession(engine, expire_on_commit=False) as session:
        assert len(await BookRepository(session).relation(book, Book.genres).pivots()) == 5


@pytest.mark.slow
@bare_and_in_transactions
async def test_edge_33_many_can_sync_different_ones_at_once(engine, book, keys, opened):
    wanted = [{keys[0]}, {keys[1], keys[2]}, set(keys), {keys[3]}, set(), {keys[2], keys[4]}]

    async def sync(session: AsyncSession, some: set[int]) -> None:
        async with opened(session):
            await BookRepository(session).relation(book, Book.genres).sync(some)

    async with AsyncSession(engine, expire_on_commit=False) as session:
        for _ in range(5):
            await asyncio.gather(*(_alone(engine, partial(sync, some=some)) for some in wanted))
            found = await BookRepository(session).relation(book, Book.genres).pivots()
            assert set(found) in wanted


@bare_and_in_transactions
async def test_many_can_toggle_the_same_at_once(engine, book, keys, opened):
    async def toggle(session: AsyncSession) -> bool:
        async with opened(session):
            relation = BookRepository(session).relation(book, Book.genres)
            return bool((await relation.toggle(keys[:1])).attached)

    for _ in range(3):
        attached = await asyncio.gather(*(_alone(engine, toggle) for _ in range(6)))
        assert sum(attached) == 3


async def _alone[R](engine: AsyncEngine, work: Callable[[AsyncSession], Awaitable[R]]) -> R:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        return await work(session)


async def test_a_record_that_others_refer_to_meanwhile_can_be_synced(engine, session, genres, keys):
    async with transaction(session):
        await genres.sync(keys[:1])
        if engine.dialect.name == "postgresql":  # SQLite has one writer at a time
            async with AsyncSession(engine, expire_on_commit=False) as other, other.begin():
                await other.execute(text("SET LOCAL lock_timeout = '5s'"))
                await BookRepository(other).relation(genres.record, Book.genres).attach(keys[1])
    assert keys[0] in await genres.pivots()


async def test_edge_33_a_loaded_collection_follows(books, book, genres, keys):
    await genres.attach(keys[0])
    with pytest.raises(RelationNotLoaded, match=r"Book\.genres"):
        _ = book.genres
    await books.load(book, Book.genres)
    await genres.attach(keys[1])
    assert {genre.id for genre in book.genres} == set(keys[:2])
    await genres.detach_all()
    assert book.genres == []


async def test_changes_belong_to_a_transaction_around_them(session, genres, keys):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await genres.sync(keys)
            raise KeyError("x")
    assert await genres.pivots() == {}


async def test_what_has_no_table_between_cannot_attach(authors, book, session):
    ada = await authors.find_or_fail(book.author_id)
    with pytest.raises(
        TypeError, match=r"Author\.books has no association table.*set the foreign key"
    ):
        await authors.relation(ada, Author.books).attach(1)


def test_a_relationship_of_another_model_is_refused(authors, book):
    with pytest.raises(AttributeError, match=r"Author has no relationship Book\.genres"):
        authors.relation(Author(), Book.genres)
