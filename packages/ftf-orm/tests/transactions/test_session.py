"""What a failure leaves in a session, and who may use it."""

import asyncio

import pytest
from bookshop import Author, Book, ada

from ftf.orm import ConcurrentUse, DuplicateRecord, transaction


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


async def test_edge_35_what_was_never_set_can_be_read_after_a_failure(session, authors):
    bo = await authors.create(Author(name="Bo"))
    await authors.create(ada())
    bo.email = "a@b.c"
    with pytest.raises(DuplicateRecord, match="email"):
        await authors.update(bo)
    assert (bo.email, bo.born) == (None, None)


async def test_what_was_flushed_outside_of_a_block_and_undone_is_as_before(session, authors):
    bo = await authors.create(Author(name="Bo"))
    await authors.create(ada())
    bo.name = "Bob"
    await session.flush()
    with pytest.raises(DuplicateRecord, match="email"):
        await authors.create(ada())
    assert bo.name == "Bo"


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
    assert "in a dependency with `yield`" in str(results[1])
    assert await authors.count() == 0


@pytest.mark.parametrize("call", ["create", "count", "find", "transaction"])
async def test_edge_46_another_task_cannot_join_an_open_transaction(session, authors, seen, call):
    calls = {
        "create": lambda: authors.create(Author(name="Bo")),
        "count": authors.count,
        "find": lambda: authors.find(1),
        "transaction": lambda: inner(session),
    }
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            with pytest.raises(ConcurrentUse, match="Another task"):
                await asyncio.create_task(calls[call]())
            key = (await authors.create(Author(name="Cy"))).id
            raise KeyError("x")
    assert await seen(Author, key) is None
    assert await asyncio.create_task(authors.count()) == 0


async def inner(session) -> None:
    async with transaction(session):
        raise AssertionError("never here")


async def test_edge_46_a_block_that_is_refused_leaves_the_other_task_s_write_alone(
    session, authors, seen
):
    stored, refused = await asyncio.gather(
        authors.create(ada()), inner(session), return_exceptions=True
    )
    assert isinstance(refused, ConcurrentUse)
    assert (await seen(Author, stored.id)).name == "Ada"


async def test_edge_46_two_tasks_cannot_begin_at_once(session, authors):
    async def work() -> None:
        async with transaction(session):
            await authors.create(Author(name="Bo"))

    ended = await asyncio.gather(work(), work(), return_exceptions=True)
    assert [type(error) for error in ended] == [type(None), ConcurrentUse]
    assert await authors.count() == 1


async def test_a_block_can_be_left_by_another_task_than_entered_it(session, authors):
    block = transaction(session)
    await block.__aenter__()
    await authors.create(ada())
    await asyncio.create_task(block.__aexit__(None, None, None))
    assert await authors.count() == 1


async def test_two_tasks_can_take_turns(session, authors):
    await authors.create(ada())
    assert await asyncio.create_task(authors.count()) == 1
