"""What the database refuses, as errors with a type and column names."""

import pytest
from bookshop import Author, Book, Draft, Review
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from ftf.orm import (
    BaseRepository,
    CheckViolation,
    ConstraintViolation,
    DuplicateRecord,
    ForeignKeyViolation,
    NotNullViolation,
    StaleRecord,
    transaction,
)


class DraftRepository(BaseRepository[Draft]): ...


class ReviewRepository(BaseRepository[Review]): ...


@pytest.fixture
async def ada(authors) -> Author:
    return await authors.create(Author(name="Ada", born=1815, email="a@b.c"))


@pytest.mark.parametrize(
    ("repeated", "columns"),
    [
        ({"name": "Bo", "email": "a@b.c"}, ("email",)),
        ({"name": "Ada", "born": 1815}, ("name", "born")),
    ],
)
async def test_edge_54_a_repeated_value_names_its_columns(authors, ada, repeated, columns):
    with pytest.raises(DuplicateRecord, match=f"the same {' and '.join(columns)}$") as caught:
        await authors.create(Author(**repeated))
    assert caught.value.columns == columns
    assert isinstance(caught.value.__cause__, IntegrityError)


async def test_edge_44_a_key_that_is_taken_is_a_duplicate(authors, ada, session):
    key = ada.id
    session.expunge_all()
    with pytest.raises(DuplicateRecord, match=r"the same id$"):
        await authors.create(Author(id=key, name="Bo"))


async def test_a_reference_to_a_missing_record_names_its_column(books):
    with pytest.raises(
        ForeignKeyViolation, match=r"refers to a missing one.* by author_id"
    ) as caught:
        await books.create(Book(title="Lost", author_id=1))
    assert caught.value.columns == ("author_id",)


async def test_a_record_that_is_referred_to_stays(authors, ada, session):
    await DraftRepository(session).create(Draft(author_id=ada.id))
    with pytest.raises(ForeignKeyViolation, match="still referred to, by id") as caught:
        await authors.delete(ada)
    assert caught.value.columns == ("id",)


async def test_a_missing_value_names_its_column(books):
    with pytest.raises(NotNullViolation, match="needs a value for author_id") as caught:
        await books.create(Book(title="Lost"))
    assert caught.value.columns == ("author_id",)


async def test_a_check_is_named(books, ada, session):
    book = await books.create(Book(title="Notes", author_id=ada.id))
    with pytest.raises(CheckViolation, match="the check ck_reviews_stars") as caught:
        await ReviewRepository(session).create(Review(stars=6, book_id=book.id))
    assert caught.value.constraint == "ck_reviews_stars"


async def test_an_index_over_an_expression_is_named_where_it_has_no_columns(authors, ada, session):
    await session.execute(text("CREATE UNIQUE INDEX lowered ON authors (lower(name))"))
    with pytest.raises(DuplicateRecord, match=r"the same (lower\(name.*\)|lowered)$"):
        await authors.create(Author(name="ADA"))


async def test_edge_54_a_text_that_reads_like_a_duplicate_is_none(books):
    with pytest.raises(NotNullViolation, match="author_id"):
        await books.create(Book(title="Key (title)=(x) already exists"))


async def test_edge_43_a_record_that_somebody_removed_is_stale(authors, ada, engine):
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM authors"))
    ada.name = "Augusta"
    with pytest.raises(StaleRecord, match="changed or removed meanwhile"):
        await authors.update(ada)


async def test_an_error_at_the_end_of_a_transaction_has_a_type_too(session, ada):
    with pytest.raises(NotNullViolation, match="author_id"):
        async with transaction(session):
            session.add(Book(title="Lost"))


async def test_sqlite_does_not_tell_a_transaction_which_key_it_was(session, engine):
    with pytest.raises(ForeignKeyViolation, match="refers to a missing one") as caught:
        async with transaction(session):
            session.add(Draft(author_id=1))
    told = () if engine.dialect.name == "sqlite" else ("author_id",)
    assert caught.value.columns == told


async def test_what_is_no_rule_of_the_database_is_raised_as_it_is(books, session):
    with pytest.raises(DBAPIError, match="no_such_table"):
        async with transaction(session):
            await books.query().where(text("id IN (SELECT 1 FROM no_such_table)")).get()


def test_a_violation_without_names_still_reads_well():
    assert str(ConstraintViolation().subject) == "what an unnamed constraint is about"


@pytest.mark.parametrize("inside", [True, False])
async def test_a_record_that_somebody_removed_cannot_be_deleted(authors, ada, engine, inside):
    bo = await authors.create(Author(name="Bo"))
    async with engine.begin() as connection:
        await connection.execute(delete(Author).where(Author.id == ada.id))

    async def remove() -> None:
        with pytest.raises(StaleRecord, match="changed or removed meanwhile"):
            await authors.delete(ada)

    if inside:
        async with transaction(authors.session):
            await remove()
    else:
        await remove()
    assert (ada.name, bo in authors.session) == ("Ada", True)
    await authors.delete(bo)
    assert await authors.count() == 0
