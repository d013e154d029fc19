import pytest
from bookshop import Author, Book, BookRepository
from sqlalchemy import inspect
from sqlalchemy.exc import InvalidRequestError


async def test_a_relationship_that_was_not_loaded_raises(authors):
    ada = await authors.create(Author(name="Ada"))
    ada = await authors.query().where(Author.id == ada.id).first_or_fail()
    authors.session.expunge(ada)
    authors.session.add(ada)
    with pytest.raises(InvalidRequestError, match="raise"):
        _ = (await BookRepository(authors.session).create(Book(title="Notes", author=ada))).genres


def test_a_loading_strategy_of_the_models_own_stays():
    strategies = {name: relation.lazy for name, relation in inspect(Book).relationships.items()}
    assert strategies == {"author": "raise", "genres": "raise", "reviews": "selectin"}


def test_constraints_have_names():
    names = {constraint.name for constraint in Author.__table__.constraints}
    assert names == {"pk_authors", "uq_authors_email", "uq_authors_name_born"}
