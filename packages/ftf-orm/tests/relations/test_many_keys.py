"""Relations with more keys than a statement has parameters."""

import pytest
from bookshop import Author, Book, Genre
from ledger import Account, Accounts, Tag
from sqlalchemy import func

from ftf.orm import BaseRepository, DuplicateRecord, ForeignKeyViolation


@pytest.fixture
async def genres(books, authors):
    ada = await authors.create(Author(name="Ada"))
    book = await books.create(Book(title="Notes", author_id=ada.id))
    return books.relation(book, Book.genres)


async def keys_of(session, count: int) -> list[int]:
    genres = BaseRepository(session, Genre)
    await genres.insert_many({"name": "x"} for _ in range(count))
    return await genres.query().order_by_key().pluck(Genre.id)


@pytest.mark.slow
async def test_edge_33_a_hundred_thousand_keys_are_attached_synced_and_detached(session):
    accounts, tags = Accounts(session), BaseRepository(session, Tag)
    keys = list(range(100_000))
    await tags.insert_many({"id": key} for key in keys)
    tagged = accounts.relation(await accounts.create(Account(owner="Ada")), Account.tags)
    await tagged.attach(*keys[:50_000])
    synced = await tagged.sync(keys[10:])
    assert (sorted(synced.detached), synced.attached) == (keys[:10], keys[50_000:])
    assert await tagged.detach(*keys) == 99_990


async def test_edge_33_many_values_of_the_table_between_take_few_statements(
    session, genres, statements
):
    keys = await keys_of(session, 1_500)
    await genres.sync({key: {"rank": 1} if key % 2 else {"remark": "x"} for key in keys})
    statements.clear()
    wanted = {key: {"rank": 2} if key % 2 else {"rank": 3, "remark": "y"} for key in keys}
    synced = await genres.sync(wanted)
    assert synced.updated == keys
    assert len(statements) <= 4
    pivots = await genres.pivots()
    assert pivots[keys[0]] == {"rank": 2, "remark": None}
    assert pivots[keys[1]] == {"rank": 3, "remark": "y"}


async def test_edge_33_values_of_the_table_between_can_be_expressions(session, genres):
    one, other = await keys_of(session, 2)
    await genres.sync({one: {"rank": func.abs(-3)}})
    await genres.sync({one: {"rank": func.abs(-4)}, other: {"rank": 1}})
    assert [values["rank"] for values in (await genres.pivots()).values()] == [4, 1]


async def test_edge_33_many_keys_of_which_one_is_wrong_are_not_attached(
    session, genres, statements
):
    keys = await keys_of(session, 1_500)
    await genres.attach(keys[7])
    with pytest.raises(DuplicateRecord):
        await genres.attach(*keys)
    with pytest.raises(ForeignKeyViolation):
        await genres.attach(*(key + 2_000 for key in keys))
    assert list(await genres.pivots()) == [keys[7]]
