"""Records that were written and undone: they are as they were before."""

from contextlib import suppress
from weakref import ref

import pytest
from bookshop import Author, Book

from ftf.orm import DuplicateRecord, transaction


@pytest.fixture
async def bo(authors, books) -> Author:
    made = Author(name="Bo", email="b@b.c", books=[Book(title="Notes")])
    await authors.create(made)
    await authors.create(Author(name="Ada", email="a@b.c"))
    authors.session.expunge_all()
    return await authors.query().with_(Author.books).where_key(made.id).sole()


def told(author: Author) -> tuple[str, str | None, list[str]]:
    return author.name, author.email, [book.title for book in author.books]


async def fail() -> None:
    raise KeyError("x")


async def test_a_record_written_in_a_block_that_fails_is_as_before(session, authors, bo, seen):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            for bo.name in ("Bob", "Bobby"):
                await authors.update(bo)
            await fail()
    assert told(bo) == ("Bo", "b@b.c", ["Notes"])
    assert not session.dirty
    bo.name = "Rob"
    await authors.update(bo)
    assert (await seen(Author, bo.id)).name == "Rob"


@pytest.mark.parametrize("pending", [True, False])
async def test_a_record_written_in_an_inner_block_that_fails_is_as_before_it(
    session, authors, bo, seen, pending
):
    async with transaction(session):
        bo.name = "Bob"
        if not pending:
            await authors.update(bo)
        with pytest.raises(KeyError, match="x"):
            async with transaction(session):
                bo.name = "Bobby"
                await authors.update(bo)
                await fail()
        assert told(bo) == ("Bob", "b@b.c", ["Notes"])
    assert (await seen(Author, bo.id)).name == "Bob"


async def test_an_inner_block_that_went_well_is_undone_with_the_outer_one(session, authors, bo):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            async with transaction(session):
                bo.name = "Bob"
            bo.name = "Bobby"
            await authors.update(bo)
            await fail()
    assert told(bo) == ("Bo", "b@b.c", ["Notes"])


async def test_blocks_that_fail_one_within_the_other_undo_what_each_wrote(session, authors, bo):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            bo.name = "Bob"
            await authors.update(bo)
            async with transaction(session):
                bo.name = "Bobby"
                await authors.update(bo)
                await fail()
    assert told(bo) == ("Bo", "b@b.c", ["Notes"])


async def test_what_is_written_with_a_write_that_fails_is_as_before(session, authors, bo):
    ada = await authors.query().where(Author.name == "Ada").sole()
    async with transaction(session):
        ada.name, bo.email = "Eve", "a@b.c"
        with pytest.raises(DuplicateRecord, match="email"):
            await authors.update(bo)
        assert (ada.name, told(bo)) == ("Ada", ("Bo", "b@b.c", ["Notes"]))


async def test_a_record_removed_in_a_block_that_fails_is_there_as_before(
    session, authors, books, bo
):
    book = bo.books[0]
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await books.delete(book)
            await fail()
    assert (book in session, book.title) == (True, "Notes")


async def test_what_was_flushed_before_a_block_is_undone_with_it(session, authors, bo):
    bo.name = "Bob"
    await session.flush()
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            bo.name = "Bobby"
            await authors.update(bo)
            await fail()
    assert bo.name == "Bo"


@pytest.mark.parametrize("ends", ["well", "badly"])
async def test_a_record_that_nobody_uses_any_more_is_not_kept_alive(session, authors, ends):
    ada = await authors.create(Author(name="Ada"))
    with suppress(KeyError):
        async with transaction(session):
            ada.name = "Eve"
            await authors.update(ada)
            gone = ref(ada)
            del ada
            assert gone() is None
            if ends == "badly":
                await fail()
    assert not session.info["ftf_orm_snapshots"]
