"""What a block that fails has read: nothing that was undone stays in a record."""

import pytest
from bookshop import Author, Book, Genre
from sqlalchemy import text, update

from ftf.orm import ColumnNotLoaded, DuplicateRecord, RelationNotLoaded, transaction


@pytest.fixture
async def ada(authors) -> Author:
    return await authors.create(Author(name="Ada", email="a@b.c", born=1815))


@pytest.fixture
async def book(session, books, ada) -> Book:
    made = Book(title="Notes", author_id=ada.id, genres=[Genre(name="letters")], reviews=[])
    await books.create(made)
    await books.load(made, Book.author)
    return made


async def fail() -> None:
    raise KeyError("x")


@pytest.mark.parametrize("loaded", [True, False])
async def test_a_relation_that_was_written_in_it_is_as_before(session, books, book, loaded):
    other = Genre(name="maths")
    session.add(other)
    await session.commit()
    if not loaded:
        session.expire(book, ["genres"])
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            relation = books.relation(book, Book.genres)
            await relation.attach(other.id)
            await books.load_missing(book, Book.genres)
            assert len(book.genres) == 2
            await fail()
    if loaded:
        assert [genre.name for genre in book.genres] == ["letters"]
    else:
        with pytest.raises(RelationNotLoaded, match=r"Book\.genres"):
            _ = book.genres
    await books.relation(book, Book.genres).sync([other.id])
    await books.load(book, Book.genres)
    assert [genre.name for genre in book.genres] == ["maths"]


@pytest.mark.parametrize("again", [True, False])
async def test_a_relationship_that_was_loaded_in_it_holds_no_ghosts(
    session, authors, books, ada, again
):
    if again:
        await authors.load(ada, Author.books)
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await books.create(Book(title="Notes", author_id=ada.id))
            await authors.load(ada, Author.books)
            assert [book.title for book in ada.books] == ["Notes"]
            await fail()
    if again:
        assert ada.books == []
    else:
        with pytest.raises(RelationNotLoaded, match=r"Author\.books"):
            _ = ada.books
    assert ada.name == "Ada"


WRITES = {
    "bulk": update(Author).values(born=99),
    "table": update(Author.__table__).values(born=99),
    "text": text("UPDATE authors SET born = 99"),
}


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("write", WRITES)
async def test_a_record_that_was_read_after_a_write_has_to_be_read_again(
    authors, ada, seen, known, write
):
    session, key = authors.session, ada.id
    if known:
        session.expire(ada)
    else:
        session.expunge_all()
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await session.execute(WRITES[write])
            ada = await authors.find_or_fail(key)
            assert ada.born == 99
            await fail()
    with pytest.raises(ColumnNotLoaded, match="refresh"):
        _ = ada.born
    ada.born = 99
    await authors.update(ada)
    assert (ada.born, (await seen(Author, key)).born) == (99, 99)


async def test_a_record_that_is_refreshed_after_a_write_is_as_before(session, authors, ada):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await session.execute(WRITES["text"])
            assert (await authors.refresh(ada)).born == 99
            await fail()
    assert ada.born == 1815


@pytest.mark.parametrize("written_first", [True, False])
async def test_a_query_that_reads_records_again_after_a_write_leaves_no_value(
    session, authors, ada, written_first
):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            if written_first:
                await session.execute(WRITES["text"])
            assert (await authors.query().fresh().sole()).born == (99 if written_first else 1815)
            ada.name = "Eve"
            await authors.update(ada)
            await fail()
    if written_first:
        with pytest.raises(ColumnNotLoaded, match="born"):
            _ = ada.born
    else:
        assert (ada.name, ada.born) == ("Ada", 1815)


@pytest.mark.parametrize("inner", [True, False])
async def test_what_was_read_before_the_first_write_stays_loaded(session, authors, ada, inner):
    session.expunge_all()

    async def work() -> None:
        nonlocal ada
        ada = await authors.query().with_(Author.books).sole()
        with pytest.raises(DuplicateRecord, match="email"):
            await authors.create(Author(name="Eve", email="a@b.c"))
        await fail()

    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            if not inner:
                await work()
            async with transaction(session):
                await work()
    assert (ada.name, ada.books) == ("Ada", [])


async def test_what_was_read_after_a_write_that_was_undone_before_stays_loaded(
    session, authors, ada
):
    session.expunge_all()
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            with pytest.raises(DuplicateRecord, match="email"):
                await authors.create(Author(name="Eve", email="a@b.c"))
            ada = await authors.find_or_fail(ada.id)
            await fail()
    assert ada.name == "Ada"


async def test_what_was_written_outside_of_a_block_is_undone_with_a_write_that_fails(
    session, authors, ada
):
    session.expunge_all()
    bo = Author(name="Bo")
    session.add(bo)
    await session.flush()
    ada = await authors.find_or_fail(ada.id)
    with pytest.raises(DuplicateRecord, match="email"):
        await authors.create(Author(name="Eve", email="a@b.c"))
    assert (bo.id, bo.name) == (None, "Bo")
    with pytest.raises(ColumnNotLoaded, match=r"Author\.name"):
        _ = ada.name
    assert (await authors.find_or_fail(bo.id or 1)).name == "Ada"


async def test_a_record_that_is_known_in_part_takes_part_in_bulk_updates(session, authors, ada):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await session.execute(WRITES["bulk"])
            await fail()
    await session.execute(update(Author).values(name="Eve"))
    assert ada.name == "Eve"
    assert (await authors.find_or_fail(ada.id)).born == 1815


async def test_a_refresh_that_writes_what_is_pending_leaves_the_record_loaded(
    session, authors, ada
):
    bo = await authors.create(Author(name="Bo"))
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            bo.name = "Bob"
            await authors.refresh(ada)
            await fail()
    assert (ada.name, bo.name) == ("Ada", "Bo")


async def test_the_key_of_a_record_stays_known(session, ada):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await session.execute(WRITES["text"])
            await session.refresh(ada)
            await fail()
    assert ada.id
    with pytest.raises(ColumnNotLoaded, match=r"Author\.name"):
        _ = ada.name
