"""What errors show of a wrong argument: attributes by their names, not by their addresses."""

import re

import pytest
from bookshop import Author, AuthorRepository, Book

from ftf.orm import Include, QueryBuilder, Unique

BOOKS = QueryBuilder(None, Book)
MISTAKES = [
    (
        lambda: BOOKS.order_by((Book.title, Book.id)),
        "(Book.title, Book.id) is not a SQL expression",
    ),
    (lambda: BOOKS.order_by(Book.id, Book.title), "must be 'asc' or 'desc', not Book.title"),
    (lambda: BOOKS.order_by(Book.id, [Book.title]), "[Book.title] is not a direction"),
    (lambda: BOOKS.where({Book.title: "x"}), "{Book.title: 'x'} is not a SQL expression"),
    (lambda: BOOKS.limit(Book.id), "limit must be a whole number, not Book.id"),
    (lambda: BOOKS.with_count((Book.genres,)), "(Book.genres,) is not a relationship"),
    (lambda: BOOKS.without_columns((Book.title,)), "Book has no column (Book.title,)"),
    (lambda: BOOKS.without_scope(Book.title), "Book has no scope Book.title"),
    (lambda: Include((Book.author,)), "such as Product.reviews, not ((Book.author,),)"),
    (lambda: Unique([Book.title]), "such as User.email, not [Book.title]"),
]


@pytest.mark.parametrize(("mistake", "text"), MISTAKES)
def test_an_error_names_attributes_of_models(mistake, text):
    with pytest.raises((TypeError, ValueError, AttributeError), match=re.escape(text)):
        mistake()


async def test_an_error_about_a_key_or_a_row_names_them_too(session):
    authors = AuthorRepository(session)
    with pytest.raises(ValueError, match=r"unlike \(Author\.id, Author\.name\)"):
        await authors.find((Author.id, Author.name))
    with pytest.raises(ValueError, match=r"takes int, so that Author\.id cannot be a key"):
        await authors.find(Author.id)
    with pytest.raises(TypeError, match=r"row 0 is not a mapping from .*: Author\.id"):
        await authors.create_many([Author.id])
