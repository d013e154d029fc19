import pytest
from bookshop import Author, AuthorRepository, Book
from sqlalchemy import func, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import DeclarativeBase

from ftf.orm import (
    BaseRepository,
    RecordNotFound,
    RecordOfOtherSession,
    session_factory,
    transaction,
)


async def test_a_created_record_is_committed_and_has_its_key(authors, seen):
    ada = await authors.create(Author(name="Ada"))
    assert (await seen(Author, ada.id)).name == "Ada"


async def test_a_record_is_found_by_its_key(authors):
    ada = await authors.create(Author(name="Ada"))
    assert await authors.find(ada.id) is ada
    assert await authors.find_or_fail(ada.id) is ada
    assert await authors.find(ada.id + 1) is None


async def test_a_missing_record_is_named(authors):
    with pytest.raises(RecordNotFound, match=r"^Author not found$") as caught:
        await authors.find_or_fail(1)
    assert caught.value.model is Author


async def test_a_changed_record_is_committed(authors, seen):
    ada = await authors.create(Author(name="Ada"))
    ada.name = "Augusta"
    assert await authors.update(ada) is ada
    assert (await seen(Author, ada.id)).name == "Augusta"


async def test_what_the_database_works_out_is_there_after_an_update(authors, statements):
    ada = await authors.create(Author(name="Ada", born=1))
    statements.clear()
    ada.name = "Augusta"
    await authors.update(ada)
    assert len(statements) == 1
    ada.born = Author.born + 1
    await authors.update(ada)
    assert (ada.born, ada.name) == (2, "Augusta")
    async with transaction(authors.session):
        ada.born = func.abs(-3)
        await authors.update(ada)
        assert ada.born == 3


async def test_a_deleted_record_is_gone(authors, seen):
    ada = await authors.create(Author(name="Ada"))
    await authors.delete(ada)
    assert await seen(Author, ada.id) is None


async def test_records_are_listed_in_the_order_of_their_keys(authors):
    made = [await authors.create(Author(name=name)) for name in ("Cy", "Bo", "Al")]
    assert await authors.all() == made
    assert await authors.all(limit=1, offset=1) == [made[1]]
    assert await authors.count() == 3


async def test_edge_34_children_are_deleted_by_the_database(books, authors, session):
    ada = await authors.create(Author(name="Ada"))
    book = await books.create(Book(title="Notes", author_id=ada.id))
    insert = text("INSERT INTO reviews (stars, book_id) VALUES (5, :book)")
    await session.execute(insert, {"book": book.id})
    await books.delete(book)
    assert await session.scalar(text("SELECT count(*) FROM reviews")) == 0


class Audited[T: DeclarativeBase](BaseRepository[T]): ...


class Keyed[K, T: DeclarativeBase](Audited[T]): ...


class Cache[V]: ...


def test_a_repository_knows_its_model_through_its_bases():
    class One(Audited[Author]): ...

    class Two(Keyed[int, Author]): ...

    class Three(Cache[int], AuthorRepository): ...

    class Four(Three): ...

    assert {kind.model for kind in (One, Two, Three, Four)} == {Author}


@pytest.mark.parametrize("kind", [BaseRepository, BaseRepository[Author], Audited])
def test_a_repository_without_a_model_says_what_is_missing(kind, session):
    with pytest.raises(TypeError, match=r"has no model: name it in the class, as in"):
        kind(session)


async def test_edge_44_a_detached_record_is_updated(authors, seen):
    ada = await authors.create(Author(name="Ada"))
    authors.session.expunge(ada)
    ada.name = "Augusta"
    await authors.update(ada)
    assert (await seen(Author, ada.id)).name == "Augusta"


async def test_records_are_listed_by_key_whatever_their_age(books, authors):
    ada = await authors.create(Author(name="Ada"))
    made = [await books.create(Book(title=title, author_id=ada.id)) for title in "ab"]
    made[0].created_at = made[1].created_at.replace(year=3000)
    await books.update(made[0])
    assert await books.all() == made


async def test_edge_44_what_was_never_stored_cannot_be_updated(authors):
    await authors.create(Author(name="Bo"))
    with pytest.raises(ValueError, match=r"This Author is not stored yet: use create\(\)"):
        await authors.update(Author(name="Ada"))
    assert await authors.count() == 1


async def test_records_of_other_models_are_refused(authors, books):
    for other in (Book(title="a"), None, Author):
        for write in (authors.create, authors.update, authors.delete):
            with pytest.raises(TypeError, match="AuthorRepository is for records of Author, not"):
                await write(other)
    with pytest.raises(TypeError, match="AuthorRepository is for records of Author, not Book"):
        authors.relation(Book(), Author.books)
    assert await books.count() == 0


async def test_edge_44_a_record_of_another_session_is_refused(authors, engine):
    ada = await authors.create(Author(name="Ada"))
    async with session_factory(engine)() as other:
        for write in (AuthorRepository(other).update, AuthorRepository(other).create):
            with pytest.raises(RecordOfOtherSession, match="already attached to session") as caught:
                await write(ada)
    assert isinstance(caught.value, InvalidRequestError)
    assert caught.value.model is Author


async def test_a_record_that_the_session_has_another_object_for_is_refused(authors, engine, seen):
    mine = await authors.create(Author(name="Ada"))
    async with session_factory(engine)() as other:
        theirs = await AuthorRepository(other).find_or_fail(mine.id)
    theirs.name = "Augusta"
    with pytest.raises(RecordOfOtherSession, match=r"await repository\.find\(key\), and change"):
        await authors.update(theirs)
    assert (mine.name, (await seen(Author, mine.id)).name) == ("Ada", "Ada")


async def test_a_record_that_was_removed_is_not_taken_for_another_session_s(authors):
    ada = await authors.create(Author(name="Ada"))
    await authors.delete(ada)
    with pytest.raises(InvalidRequestError, match="has been deleted"):
        await authors.create(ada)


async def test_edge_44_a_record_with_its_relations_is_created_at_once(authors, books):
    await authors.create(Author(name="Ada", books=[Book(title="a"), Book(title="b")]))
    assert await books.count() == 2


async def test_edge_45_two_repositories_share_a_session(authors, books):
    ada = await authors.create(Author(name="Ada"))
    book = await books.create(Book(title="a", author=ada))
    assert await books.query().where(Book.author == ada).sole() is book


async def test_edge_11_a_pending_change_is_seen_by_the_next_query(authors):
    ada = await authors.create(Author(name="Ada"))
    ada.name = "Augusta"
    assert await authors.query().where(Author.name == "Augusta").exists()
