"""One statement for all rows of a query, and the records of the session afterwards."""

from datetime import UTC, datetime

import pytest
from apart import apart
from bookshop import Author, AuthorRepository, Book, Genre, Review
from ledger import Account, Accounts
from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import (
    BaseRepository,
    DuplicateRecord,
    ForeignKeyViolation,
    InvalidValue,
    QueryBuilder,
    session_factory,
    transaction,
)


@pytest.fixture
async def three(authors) -> list[Author]:
    return [
        await authors.create(Author(name=name, email=f"{name}@b.c", born=born))
        for name, born in (("Ada", 1815), ("Bo", None), ("Cy", 1900))
    ]


async def test_edge_42_rows_are_updated_and_counted_and_committed(authors, three, seen):
    living = authors.query().where(Author.born > 1850)
    assert await living.update({Author.name: "Cyd", "email": None}) == 1
    assert (three[2].name, three[2].email) == ("Cyd", None)
    assert (await seen(Author, three[2].id)).name == "Cyd"
    assert [author.name for author in three[:2]] == ["Ada", "Bo"]
    assert await living.where(Author.name == "x").update({Author.name: "y"}) == 0


async def test_edge_42_records_that_are_not_loaded_are_only_counted(authors, three, statements):
    authors.session.expunge_all()
    statements.clear()
    assert await authors.query().where(Author.born.is_not(None)).update({Author.born: 1}) == 2
    assert [statement.split()[0] for statement in statements] == ["UPDATE"]
    assert "RETURNING" not in statements[0]


@pytest.mark.parametrize("verb", ["update", "delete", "increment", "decrement"])
async def test_edge_42_every_row_is_written_only_if_all_are_meant(authors, three, verb):
    arguments = {"update": [{Author.born: 1}], "delete": []}.get(verb, [Author.born])
    for query in (authors.query(), authors.query().order_by(Author.name).with_(Author.books)):
        with pytest.raises(ValueError, match=r"without a condition would write every Author: add"):
            await getattr(query, verb)(*arguments)
    assert await authors.query().where(Author.born == 1815).exists()
    assert await getattr(authors.query().all_rows(), verb)(*arguments) == 3


async def test_a_limit_an_order_and_joins_choose_the_rows(authors, books, three):
    await books.create(Book(title="Notes", author_id=three[1].id))
    oldest = authors.query().where_not_null(Author.born).oldest(Author.born).limit(1)
    assert await oldest.update({Author.name: "first"}) == 1
    assert three[0].name == "first"
    assert await authors.query().join(Author.books).update({Author.name: "writer"}) == 1
    assert three[1].name == "writer"
    assert await authors.query().where_has(Author.books).increment(Author.born) == 1
    assert await authors.query().order_by_key("desc").limit(1).delete() == 1
    assert await authors.query().order_by_key().pluck(Author.name) == ["first", "writer"]


async def test_edge_42_pending_changes_are_written_before(authors, three):
    three[1].born = 2000
    authors.session.add(Author(name="Di", born=2001))
    assert await authors.query().where(Author.born >= 2000).increment(Author.born, 5) == 2
    assert three[1].born == 2005


async def test_numbers_are_added_in_the_database(authors, three, engine):
    async with session_factory(engine)() as other:
        await AuthorRepository(other).query().where(Author.name == "Ada").increment(Author.born, 2)
    assert await authors.query().where(Author.name == "Ada").decrement(Author.born) == 1
    assert three[0].born == 1816
    assert await authors.query().where(Author.name == "Bo").increment(Author.born) == 1
    assert three[1].born is None


@pytest.mark.parametrize("verb", ["increment", "decrement"])
async def test_what_is_no_number_is_not_incremented(authors, verb):
    with pytest.raises(TypeError, match="which is not a number"):
        await getattr(authors.query().all_rows(), verb)(Author.name)


async def test_edge_51_timestamps_move_with_an_update(authors, books, three):
    book = await books.create(Book(title="Notes", author_id=three[0].id, reviews=[]))
    book.updated_at = datetime(2020, 1, 1, tzinfo=UTC)
    await books.update(book)
    await books.query().where_key(book.id).update({Book.title: "Letters"})
    assert book.updated_at.year > 2020
    assert book.reviews == []  # is still loaded


async def test_edge_42_versions_and_computed_columns_are_right(session):
    accounts = Accounts(session)
    made = await accounts.create(Account(owner="Ada", amount=1, settings={"on": True}))
    await accounts.query().where_key(made.id).update({Account.amount: Account.amount * 21})
    assert (made.amount, made.twice, made.version) == (21, 42, 2)
    made.amount = 5
    await accounts.update(made)
    assert (made.version, made.settings) == (3, {"on": True})
    await accounts.query().where_key(made.id).update({Account.settings: {"on": False}})
    assert made.settings == {"on": False}
    await accounts.query().where_key(made.id).update({"version": 9})
    assert made.version == 9


async def test_a_relationship_to_one_follows_its_key(authors, books, three):
    book = await books.create(Book(title="Notes", author_id=three[0].id))
    await books.load(book, Book.author)
    await books.query().where_key(book.id).update({Book.title: "Letters"})
    assert book.author is three[0]
    await books.query().where_key(book.id).update({Book.author_id: three[1].id})
    await books.load_missing(book, Book.author)
    assert book.author is three[1]


async def test_what_is_not_loaded_stays_so(authors, three):
    ada = three[0]
    authors.session.expire(ada, ["email"])
    await authors.query().where_key(ada.id).update({Author.email: "x", Author.name: "Eve"})
    assert ("email" in ada.__dict__, ada.name) == (False, "Eve")


async def test_edge_42_a_rollback_restores_what_was_loaded(session, authors, three):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await authors.query().all_rows().update({Author.born: 1})
            assert [author.born for author in three] == [1, 1, 1]
            await authors.query().where(Author.name == "Bo").delete()
            assert three[1] not in session
            raise KeyError("x")
    assert [author.born for author in three] == [1815, None, 1900]
    three[1].born = 2
    await authors.update(three[1])
    assert await authors.query().order_by_key().pluck(Author.born) == [1815, 2, 1900]


@pytest.mark.parametrize("inside", [True, False])
async def test_edge_35_a_write_that_fails_is_undone_alone(session, authors, three, inside):
    async def fail() -> None:
        with pytest.raises(DuplicateRecord) as caught:
            await authors.query().all_rows().update({Author.email: "same"})
        assert caught.value.columns == ("email",)

    if inside:
        async with transaction(session):
            await authors.query().where(Author.name == "Ada").update({Author.born: 7})
            await fail()
        assert three[0].born == 7
    else:
        await fail()
    assert [author.email for author in three] == ["Ada@b.c", "Bo@b.c", "Cy@b.c"]
    assert await authors.count() == 3


async def test_deleted_records_leave_the_session_and_children_follow_the_database(
    session, authors, books, three
):
    book = await books.create(
        Book(
            title="Notes",
            author_id=three[0].id,
            genres=[Genre(name="x")],
            reviews=[Review(stars=1)],
        )
    )
    with pytest.raises(ForeignKeyViolation):
        await authors.query().where(Author.name == "Ada").delete()
    assert three[0] in session
    assert await books.query().where(Book.title == "Notes").delete() == 1
    assert book not in session
    assert await QueryBuilder(session, Review).count() == 0
    session.expunge_all()
    assert await authors.query().all_rows().delete() == 3


async def test_bad_values_are_refused_before_anything_is_written(authors, three, statements):
    query = authors.query().where(Author.name == "Ada")
    with pytest.raises(ValueError, match="values are missing: pass those to write"):
        await query.update({})
    with pytest.raises(ValueError, match=r"authors\.id is the primary key"):
        await query.update({Author.id: 9})
    for key in ("books", Author.books, "nothing", Book.title):
        with pytest.raises(AttributeError, match=r"is not a column of|has no attribute"):
            await query.update({key: 1})
    statements.clear()
    with pytest.raises(InvalidValue):
        await query.update({Author.born: 2**70})
    assert await query.update({Author.name: func.upper(Author.name)}) == 1
    assert three[0].name == "ADA"


async def test_edge_42_a_record_of_several_tables_is_not_written_by_one_statement(session):
    class Person(apart()):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    class Singer(Person):
        __tablename__ = "singers"
        id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)

    people = BaseRepository(session, Person)
    for write in (people.query().all_rows().delete, lambda: people.query().update({"name": "x"})):
        with pytest.raises(TypeError, match="is stored in several tables"):
            await write()


async def test_rows_of_a_relation_are_written(session, authors, books, three):
    for author in three:
        await books.create(Book(title="Notes", author_id=author.id))
    own = authors.relation(three[0], Author.books)
    assert await own.query().update({Book.title: "Letters"}) == 1
    assert await own.query().delete() == 1
    assert await books.count() == 2


@pytest.mark.parametrize("skip", [True, False])
async def test_edge_49_locked_rows_are_skipped_or_waited_for(authors, three, skip):
    query = authors.query().order_by_key().limit(2).lock_for_update(skip_locked=skip)
    assert await query.update({Author.born: 3}) == 2
    assert await authors.query().lock_for_update().where(Author.born == 3).delete() == 2
