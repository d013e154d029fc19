"""What stays in memory after the work is done."""

import gc
from collections.abc import Iterator

import pytest
from bookshop import Author, AuthorRepository, Book
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import run_transaction, transaction


@pytest.fixture
def garbage() -> Iterator[list[object]]:
    """Everything new that only the collector of cycles could free."""
    gc.collect()
    gc.freeze()  # what tests before this one have left may become garbage now
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield gc.garbage
    gc.set_debug(0)
    gc.garbage.clear()
    gc.unfreeze()


async def everything(engine) -> None:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        authors = AuthorRepository(session)

        async def work(tx) -> None:
            tx.after_commit(lambda: None)
            await authors.create(Author(name="Ada", email="a@b.c"))

        await run_transaction(session, work)
        async with transaction(session):
            await authors.create(Author(name="Bo"))
        query = authors.query().where_has(Author.books, lambda q: q.where(Book.title == "x"))
        await query.with_count(Author.books).with_(Author.books).paginate()
        ada = await authors.query().first_or_fail()
        await authors.load(ada, Author.books)
        await authors.relation(ada, Author.books).query().count()


async def test_edge_60_nothing_of_ours_waits_for_the_collector_of_cycles(engine, garbage):
    await everything(engine)
    gc.collect()
    ours = [found for found in garbage if type(found).__module__.startswith("ftf.orm")]
    assert ours == []


@pytest.mark.slow
async def test_edge_60_the_cache_of_compiled_statements_does_not_grow_with_values(engine, session):
    authors = AuthorRepository(session)

    async def ask(number: int) -> int:
        query = authors.query().where(Author.born > number).where_in(Author.born, range(number))
        await query.where_like(Author.name, f"%{number}").limit(number).offset(number).get()
        await query.where_key(number).where_between(Author.born, number, number + 1).count()
        await query.has(Author.books, ">=", number + 2).paginate(number + 1, per_page=number + 1)
        return len(engine.sync_engine._compiled_cache)  # noqa: SLF001

    after_two = [await ask(number) for number in (5, 6)][-1]
    assert await ask(7) == after_two
    assert {await ask(number) for number in range(8, 40)} == {after_two}
