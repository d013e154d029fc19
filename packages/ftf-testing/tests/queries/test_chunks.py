"""Reading a table in chunks is no N+1; what only looks like it is one."""

import pytest
from library import Book
from sqlalchemy import and_, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from ftf.testing import NPlusOneError, assert_no_n_plus_one

PAGE = select(Book).limit(2)
KEYSET = [
    lambda n: PAGE.where(Book.id > n).order_by(Book.id),
    lambda n: PAGE.where(Book.id < 9 - n).order_by(Book.id.desc()),
    lambda n: PAGE.where(tuple_(Book.author_id, Book.id) > tuple_(1, n)),
    lambda n: PAGE.where(or_(Book.author_id > n, and_(Book.author_id == n, Book.id > 1))),
    lambda n: PAGE.where(Book.title != "x").offset(n + 1),
    lambda n: text("SELECT * FROM books WHERE id > :last LIMIT 2").bindparams(last=n),
]
LOOKALIKES = [
    lambda n: PAGE.where(Book.author_id == n),
    lambda n: PAGE.where(Book.id != n),
    lambda n: PAGE.where(Book.id > n % 2),
    lambda n: PAGE.where(Book.id > (n, 2, 1)[n]),
    lambda n: PAGE.where(Book.id > n, Book.author_id == n + 1),
    lambda n: select(Book).where(Book.id > n).limit(1),
    lambda n: select(Book).where(Book.id > n),
    lambda n: text("SELECT * FROM books WHERE title > :t LIMIT 2").bindparams(t="ab"[n:] or None),
    lambda n: text(f"SELECT * FROM books WHERE id > {n} LIMIT 2"),  # noqa: S608
]


async def read(engine, query) -> None:
    async with AsyncSession(engine) as session, assert_no_n_plus_one():
        for number in range(3):
            await session.execute(query(number))


@pytest.mark.parametrize("query", KEYSET)
async def test_chunks_by_a_key_that_only_grows_or_shrinks_are_none(async_engine, query):
    await read(async_engine, query)


@pytest.mark.parametrize("async_engine", ["asyncpg"], indirect=True)
async def test_chunks_that_are_fetched_are_none(async_engine):
    await read(async_engine, lambda n: select(Book).where(Book.id > n).order_by(Book.id).fetch(2))


@pytest.mark.parametrize("query", LOOKALIKES)
async def test_other_reads_of_several_rows_are_found(async_engine, query):
    with pytest.raises(NPlusOneError, match="x SELECT"):
        await read(async_engine, query)


def test_chunks_of_drivers_that_have_named_parameters_are_none(sync_engine):
    with assert_no_n_plus_one(), sync_engine.connect() as connection:
        for number in (1, 2):
            query = "SELECT * FROM books WHERE id > :last LIMIT :most"
            connection.exec_driver_sql(query, {"last": number, "most": 2})


def test_what_each_chunk_loads_lazily_is_found(sync_engine):
    with (
        pytest.raises(NPlusOneError, match=r"lazy load of Book\.author"),
        assert_no_n_plus_one(),
        Session(sync_engine) as session,
    ):
        for number in (0, 2):
            for book in session.scalars(PAGE.where(Book.id > number).order_by(Book.id)):
                assert book.author.name
