"""What a failure leaves in a session, and who may use it."""

import asyncio

import pytest
from bookshop import Author, Book

from ftf.orm import ConcurrentUse, DuplicateRecord, transaction


def ada() -> Author:
    return Author(name="Ada", email="a@b.c")


async def test_edge_35_what_was_loaded_stays_loaded_when_a_write_fails(session, authors, books):
    bo = await authors.create(Author(name="Bo"))
    cy = await authors.create(ada())
    await books.create(Book(title="Notes", author_id=bo.id))
    session.expunge_all()
    bo = await authors.query().with_(Author.books).find_many([bo.id])
    cy = await authors.find_or_fail(cy.id)
    with pytest.raises(DuplicateRecord, match="email"):
        await authors.create(ada())
    assert (bo[0].name, [book.title for book in bo[0].books], cy.email) == (
        "Bo",
        ["Notes"],
        "a@b.c",
    )
    assert not session.dirty


@pytest.mark.parametrize("inside", [True, False])
async def test_a_change_that_fails_is_taken_back(session, authors, seen, inside):
    bo = await authors.create(Author(name="Bo", email="b@b.c"))
    await authors.create(ada())

    async def clash() -> None:
        bo.email = "a@b.c"
        with pytest.raises(DuplicateRecord, match="email"):
            await authors.update(bo)

    if inside:
        async with transaction(session):
            await clash()
    else:
        await clash()
    assert bo.email == "b@b.c"
    bo.name = "Bob"
    await authors.update(bo)
    assert ((await seen(Author, bo.id)).name, bo.email) == ("Bob", "b@b.c")


async def test_what_a_block_did_not_write_stays_loaded_when_it_fails(session, authors):
    bo = await authors.create(Author(name="Bo"))
    cy = await authors.create(Author(name="Cy"))
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            cy.name = "Cyril"
            raise KeyError("x")
    assert (bo.name, cy.name) == ("Bo", "Cy")


async def test_what_reached_the_database_and_was_undone_is_not_kept(session, authors):
    bo = await authors.create(Author(name="Bo"))
    await authors.create(ada())
    bo.name = "Bob"
    await session.flush()
    with pytest.raises(DuplicateRecord, match="email"):
        await authors.create(ada())
    assert (await authors.refresh(bo)).name == "Bo"


async def test_what_was_stored_and_undone_is_as_if_never_stored(session, authors):
    bo = Author(name="Bo")
    session.add(bo)
    await session.flush()
    await authors.create(ada())
    cy = Author(name="Cy")
    session.add(cy)
    await session.flush()
    with pytest.raises(DuplicateRecord, match="email"):
        await authors.create(ada())
    assert (bo in session, cy in session) == (True, False)


async def test_edge_46_two_tasks_cannot_use_a_session_at_once(session, authors):
    results = await asyncio.gather(authors.all(), authors.count(), return_exceptions=True)
    assert results[0] == []
    assert isinstance(results[1], ConcurrentUse)
    assert "open a session for each task" in str(results[1])
    assert await authors.count() == 0


async def test_edge_46_two_tasks_cannot_nest_their_transactions(session, authors):
    async with transaction(session):
        with pytest.raises(ConcurrentUse, match="Another task"):
            await asyncio.create_task(inner(session))
        await authors.create(ada())
    assert await authors.count() == 1


async def inner(session) -> None:
    async with transaction(session):
        raise AssertionError("never here")


async def test_two_tasks_can_take_turns(session, authors):
    await authors.create(ada())
    assert await asyncio.create_task(authors.count()) == 1
