import pytest
from bookshop import Author, Book
from sqlalchemy import inspect
from sqlalchemy.exc import InvalidRequestError


async def test_a_relationship_that_was_not_loaded_raises_even_where_no_query_is_needed(
    authors, books, session
):
    ada = await authors.create(Author(name="Ada"))
    await books.create(Book(title="Notes", author_id=ada.id))
    session.expunge_all()
    ada = await authors.find_or_fail(ada.id)
    book = await books.query().first_or_fail()
    assert ada in session
    with pytest.raises(
        InvalidRequestError, match=r"'Book\.author' is not available due to lazy='raise'"
    ):
        _ = book.author


def test_a_loading_strategy_of_the_models_own_stays():
    strategies = {name: relation.lazy for name, relation in inspect(Book).relationships.items()}
    assert strategies == {"author": "raise", "genres": "raise", "reviews": "selectin"}


def test_constraints_have_names():
    names = {constraint.name for constraint in Author.__table__.constraints}
    assert names == {"pk_authors", "uq_authors_email", "uq_authors_name_born"}
