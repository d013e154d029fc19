"""Many records that are updated by their keys."""

import asyncio

import pytest
from bookshop import Author, AuthorRepository, Shelf
from ledger import Account
from sqlalchemy import func

from ftf.orm import (
    BaseRepository,
    DuplicateRecord,
    InvalidValue,
    QueryBuilder,
    session_factory,
    transaction,
)


@pytest.fixture
async def three(authors) -> list[Author]:
    return await authors.create_many({"name": name, "email": name} for name in ("Ada", "Bo", "Cy"))


async def test_edge_42_each_row_gets_its_own_values(authors, three, seen):
    ada, bo, cy = three
    rows = [{Author.id: cy.id, "name": "Cyd"}, {"id": ada.id, "born": 1}, {"id": 999, "born": 2}]
    assert await authors.update_many(rows) == 2
    assert [(each.name, each.born) for each in three] == [("Ada", 1), ("Bo", None), ("Cyd", None)]
    assert (await seen(Author, cy.id)).name == "Cyd"
    assert await authors.update_many([]) == 0
    assert (await seen(Author, bo.id)).name == "Bo"


async def test_edge_42_rows_are_updated_in_their_order(authors, three):
    rows = [{"id": three[0].id, "name": name} for name in ("first", "last")]
    assert await authors.update_many(rows) == 1
    assert three[0].name == "last"


async def test_edge_42_versions_and_timestamps_move_with_many(accounts):
    made = await accounts.create_many({"owner": name} for name in "ab")
    stored = made[0].updated_at
    await accounts.update_many({"id": each.id, Account.amount: each.id} for each in made)
    assert {(each.version, each.twice == 2 * each.id) for each in made} == {(2, True)}
    assert made[0].updated_at > stored
    made[0].amount = 0
    await accounts.update(made[0])


async def test_edge_6_any_number_of_rows_is_updated(session):
    shelves = BaseRepository(session, Shelf)
    await shelves.insert_many({"room": "a", "number": number} for number in range(20_000))
    with pytest.raises(ValueError, match="has nothing to write"):
        await shelves.update_many([{"room": "a", "number": 1}])
    authors = AuthorRepository(session)
    await authors.insert_many({"name": f"author {number}"} for number in range(40_000))
    keys = await authors.query().pluck(Author.id)
    assert await authors.update_many({"id": key, "born": 1} for key in keys) == 40_000
    assert await authors.query().where(Author.born == 1).count() == 40_000


class Adults(AuthorRepository):
    """A repository from which some records are hidden."""

    def query(self) -> QueryBuilder[Author]:
        return super().query().where(Author.name != "Bo").order_by(Author.name)


async def test_a_hidden_record_is_not_updated(session, three):
    rows = [{"id": each.id, "born": 1} for each in three]
    assert await Adults(session).update_many(rows) == 2
    assert [each.born for each in three] == [1, None, 1]


async def test_two_sessions_that_update_the_same_rows_take_turns(engine, authors, three):
    async def write(rows) -> int:
        async with session_factory(engine)() as session:
            return await AuthorRepository(session).update_many(rows)

    rows = [{"id": each.id, "born": 1} for each in three]
    assert await asyncio.gather(*(write(rows[:: 1 - 2 * (n % 2)]) for n in range(4))) == [3] * 4


@pytest.mark.parametrize("inside", [True, False])
async def test_edge_35_all_updates_are_stored_or_none(session, authors, three, inside):
    rows = [{"id": each.id, "email": "same"} for each in three]
    if inside:
        async with transaction(session):
            with pytest.raises(DuplicateRecord):
                await authors.update_many(rows)
            assert await authors.update_many([{"id": three[0].id, "born": 1}]) == 1
    else:
        with pytest.raises(DuplicateRecord):
            await authors.update_many(rows)
    assert [each.email for each in three] == ["Ada", "Bo", "Cy"]


async def test_bad_rows_are_refused(authors, three):
    key = three[0].id
    for row, error, text in (
        ({"name": "x"}, ValueError, r"row 1 has no value for authors\.id, which finds the row"),
        ({"id": None, "name": "x"}, ValueError, r"row 1 has no value for authors\.id"),
        ({"id": key}, ValueError, "row 1 has nothing to write: add values of other columns"),
        ({"id": key, "name": func.lower("A")}, ValueError, "row 1 has a SQL expression"),
        ({"id": str(key), "name": "x"}, InvalidValue, "takes int"),
        ({"id": key, "books": []}, AttributeError, "books is not a column of Author's table"),
    ):
        with pytest.raises(error, match=text):
            await authors.update_many([{"id": key, "name": "y"}, row])
    assert three[0].name == "Ada"
