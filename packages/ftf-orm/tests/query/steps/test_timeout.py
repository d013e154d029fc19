"""The time limit of a statement."""

import pytest
from bookshop import Author, Book
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ftf.orm import QueryBuilder, QueryTimeout, create_engine, session_factory, transaction

ENDLESS = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT max(i) FROM n)",
    "postgresql": "pg_sleep(60) IS NOT NULL",
}


@pytest.fixture
async def endless(authors, session) -> QueryBuilder[Author]:
    await authors.create(Author(name="Ada"))
    return authors.query().where_raw(ENDLESS[session.get_bind().dialect.name])


async def limit_of(session) -> str:
    if session.get_bind().dialect.name == "sqlite":
        return "0"
    return await session.scalar(text("SELECT current_setting('statement_timeout')"))


@pytest.mark.parametrize("method", ["get", "count", "exists"])
async def test_a_statement_that_takes_longer_is_ended(authors, endless, session, method):
    with pytest.raises(QueryTimeout, match=r"longer than 0\.02 seconds") as caught:
        await getattr(endless.timeout(0.02), method)()
    assert caught.value.seconds == 0.02
    assert await limit_of(session) == "0"
    assert await authors.query().timeout(60).count() == 1
    assert await limit_of(session) == "0"


async def test_a_transaction_goes_on_after_it(authors, endless, session, seen):
    async with transaction(session):
        ada = await authors.query().first_or_fail()
        ada.name = "Augusta"
        with pytest.raises(QueryTimeout, match="longer"):
            await endless.timeout(0.02).get()
        assert await limit_of(session) == "0"
        assert (await authors.query().timeout(60).first()).name == "Augusta"
        assert await limit_of(session) == "0"
    assert (await seen(Author, ada.id)).name == "Augusta"


async def test_eager_loads_pages_and_chunks_have_it_too(authors, session):
    session.add(Author(name="Ada", books=[Book(title="x")]))
    await session.commit()
    query = authors.query().with_(Author.books).timeout(60)
    assert len((await query.cursor_paginate()).items[0].books) == 1
    assert [len(chunk) async for chunk in query.chunk_by_id()] == [1]
    with pytest.raises(ValueError, match=r"stream\(\) has no time limit"):
        query.stream()


async def test_a_write_of_all_rows_has_it_too(authors, endless, session):
    with pytest.raises(QueryTimeout, match="longer"):
        await endless.timeout(0.02).update({Author.name: "Bo"})
    assert await authors.query().timeout(60).all_rows().update({Author.born: 1}) == 1
    assert await limit_of(session) == "0"
    assert (await authors.query().sole()).name == "Ada"


async def test_it_is_taken_back_where_each_statement_commits(database_url):
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=0)
    async with session_factory(engine)() as session:
        query = QueryBuilder(session, Author).where_raw("nothing = 1")
        with pytest.raises(DBAPIError, match="nothing"):
            await query.timeout(60).get()
        assert await limit_of(session) == "0"
    await engine.dispose()


async def test_other_errors_stay_what_they_are(authors):
    with pytest.raises(DBAPIError, match="nothing"):
        await authors.query().where_raw("nothing = 1").timeout(60).get()


@pytest.mark.parametrize("seconds", [0, -1, 2**31, float("nan")])
def test_a_limit_has_to_be_a_time(authors, seconds):
    with pytest.raises(ValueError, match="timeout must be above 0 and at most 2147484"):
        authors.query().timeout(seconds)
