"""`without_columns`: records without some of their columns."""

import re

import pytest
from bookshop import Author, Book

from ftf.orm import ColumnNotLoaded, QueryBuilder


@pytest.fixture
async def authors(session) -> QueryBuilder[Author]:
    session.add(Author(name="Ada", books=[Book(title="Notes")]))
    await session.commit()
    session.expunge_all()
    return QueryBuilder(session, Author)


async def test_columns_that_are_left_out_are_not_selected_and_say_so(authors):
    query = authors.without_columns(Author.name)
    assert "name" not in query.to_sql()
    author = await query.with_count(Author.books).sole()
    assert author.books_count == 1
    with pytest.raises(ColumnNotLoaded, match=r"no value is loaded for Author\.name"):
        _ = author.name
    await authors.session.refresh(author, ["name"])
    assert author.name == "Ada"


async def test_they_can_be_conditions_orders_and_values(authors):
    query = authors.without_columns(Author.name).where(Author.name == "Ada")
    assert await query.order_by(Author.name).count() == 1
    assert await query.pluck(Author.name) == ["Ada"]


async def test_a_record_that_is_in_the_session_keeps_its_values(authors):
    known = await authors.sole()
    (found,) = await authors.without_columns(Author.name).get()
    assert found is known
    assert found.name == "Ada"


@pytest.mark.parametrize("column", [Book.title, Author.books])
def test_what_is_no_column_of_the_model_is_refused(session, column):
    with pytest.raises(AttributeError, match=re.escape(f"Author has no column {column}")):
        QueryBuilder(session, Author).without_columns(column)


def test_the_primary_key_is_refused(session):
    with pytest.raises(ValueError, match=r"Author\.id belongs to the primary key"):
        QueryBuilder(session, Author).without_columns(Author.id)
