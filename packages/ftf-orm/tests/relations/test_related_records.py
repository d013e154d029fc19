"""Queries for the related records of one record."""

from bookshop import Author, Book, Genre

from ftf.orm import BaseRepository


class GenreRepository(BaseRepository[Genre]): ...


async def test_related_records_are_queried_like_others(genres, keys):
    await genres.attach(*keys[:3])
    query = genres.query().where(Genre.name != "b").order_by(Genre.name)
    assert await query.pluck(Genre.name) == ["a", "c"]
    assert await query.count() == 2


async def test_or_does_not_leave_the_relation(genres, keys):
    await genres.attach(keys[0])
    query = genres.query().where(Genre.name == "none").or_where(Genre.name.in_(["a", "z"]))
    assert await query.pluck(Genre.name) == ["a"]
    assert await genres.query().or_where(Genre.name == "z").count() == 0
    grouped = genres.query().where_group(lambda q: q.where(Genre.id == 0).or_where(Genre.id > 0))
    assert await grouped.pluck(Genre.name) == ["a"]


async def test_or_does_not_leave_it_in_joins_and_subqueries_either(authors, books, book):
    bo = await authors.create(Author(name="Bo"))
    foreign = authors.relation(bo, Author.books).query().where(Book.id == 0)
    assert await foreign.or_where(Book.title == "Notes").exists() is False
    assert await foreign.join(Book.genres).or_where(Book.title == "Other").get() == []
    assert await books.query().where_in(Book.id, foreign.or_where(Book.id > 0)).count() == 0
    either = books.query().where_has(
        Book.genres, lambda q: q.where(Genre.name == "none").or_where(Genre.name == "z")
    )
    assert await either.pluck(Book.title) == ["Other"]


async def test_the_many_of_one_and_the_one_of_many_are_queried_too(authors, books, book):
    ada = await authors.find_or_fail(book.author_id)
    titles = authors.relation(ada, Author.books).query().order_by(Book.title)
    assert await titles.pluck(Book.title) == ["Notes", "Other"]
    assert await books.relation(book, Book.author).query().sole() is ada


async def test_edge_28_a_table_that_refers_to_itself_is_queried_too(session, keys):
    genres = GenreRepository(session)
    parent, child = await genres.find_many(keys[:2])
    child.parent_id = parent.id
    await genres.update(child)
    assert await genres.relation(parent, Genre.children).query().sole() is child
    assert await genres.relation(child, Genre.parent).query().sole() is parent
