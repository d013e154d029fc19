"""Tables that are altered while connections have statements about them prepared."""

import pytest
from bookshop import Author
from sqlalchemy import text

from ftf.orm import SchemaChanged, TransactionConflict, create_engine, run_transaction, transaction

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.fixture
async def ada(authors) -> Author:
    return await authors.create(Author(name="Ada", born=1815))


@pytest.fixture
async def alter(database_url, authors, ada):
    """Alter the table of authors, as a deployment does, behind connections that have read it."""
    deployment = create_engine(database_url)
    types = iter(["BIGINT", "INTEGER"])

    async def alter() -> None:
        async with deployment.begin() as connection:
            column = f"ALTER COLUMN born TYPE {next(types)}"
            await connection.execute(text(f"ALTER TABLE authors {column}"))

    await authors.query().get()
    await authors.session.commit()
    yield alter
    await deployment.dispose()


async def test_a_session_that_begins_with_a_query_reads_again(alter, authors, ada):
    await alter()
    assert await authors.query().get() == [ada]
    assert (ada.name, ada.born) == ("Ada", 1815)


async def test_a_session_that_has_written_before_loses_that(alter, authors, session):
    await alter()
    session.add(Author(name="Bo"))
    await session.flush()
    with pytest.raises(SchemaChanged, match="A table was altered meanwhile: try again"):
        await authors.query().get()
    assert await authors.query().pluck(Author.name) == ["Ada"]


async def test_what_a_query_writes_first_is_not_lost_in_silence(alter, authors, session):
    await alter()
    session.add(Author(name="Bo"))
    with pytest.raises(SchemaChanged, match="altered meanwhile"):
        await authors.query().get()


async def test_a_transaction_loses_and_can_be_tried_again(alter, authors, session):
    await alter()
    with pytest.raises(TransactionConflict, match="altered meanwhile"):
        async with transaction(session):
            await authors.query().get()
    await session.commit()
    await alter()

    async def work(tx) -> int:
        return len(await authors.query().get())

    assert await run_transaction(session, work) == 1
