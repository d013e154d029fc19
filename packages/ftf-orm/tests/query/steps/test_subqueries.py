"""Unions, subqueries and conditions in SQL."""

from datetime import UTC, datetime

import pytest
from archive import Post
from bookshop import Author, Book
from ledger import Account, Accounts
from sqlalchemy import func, text

from ftf.orm import QueryBuilder


@pytest.fixture
async def shop(session) -> None:
    for name, born, titles in (("Ada", 1815, "xy"), ("Bo", None, "z"), ("Cy", 1900, "")):
        session.add(Author(name=name, born=born, books=[Book(title=title) for title in titles]))
    await session.commit()
    session.expunge_all()


async def names(query: QueryBuilder[Author]) -> str:
    return " ".join([author.name for author in await query.order_by(Author.name).get()])


async def test_a_union_has_the_records_of_each_query_once(authors, shop):
    query = authors.query()
    old, none = query.where(Author.born < 1900), query.where(Author.id < 0)
    first = query.order_by(Author.name, "desc").limit(1)
    assert await names(old.union(first)) == "Ada Cy"
    assert await names(old.union(old, none)) == "Ada"
    assert await names(none.union()) == ""
    assert await names(query.union(first)) == "Ada Bo Cy"
    writing = query.join(Author.books).where(Book.title == "z")
    assert await names(writing.union(old).where(Author.name != "Ada")) == "Bo"
    assert await old.union(first).count() == 2
    assert [a.name for a in (await old.union(first).cursor_paginate(per_page=1)).items] == ["Ada"]


async def test_what_a_query_finds_is_a_condition_of_another_and_of_a_part(authors, shop):
    query = authors.query()
    known = query.where_has(Author.books).limit(1).order_by(Author.id, "desc")
    assert await names(query.where(known.finds())) == "Bo"
    assert await names(query.where_not(known.finds())) == "Ada Cy"
    titled = QueryBuilder(authors.session, Book).where(Book.title == "y")
    part = Author.books.and_(titled.finds())
    for loaded in (query.with_(part), query.with_joined(part)):
        found = await loaded.order_by(Author.id).get()
        assert [[book.title for book in author.books] for author in found] == [["y"], [], []]


async def test_a_union_keeps_the_loads_and_computed_values_of_the_first(authors, shop, statements):
    query = authors.query().with_(Author.books).with_count(Author.books)
    found = await query.where(Author.born == 1815).union(authors.query().limit(0)).sole()
    assert (found.books_count, len(found.books)) == (2, 2)


async def test_a_union_is_not_widened_and_each_query_keeps_its_scopes(session):
    posts = QueryBuilder(session, Post).order_by_key()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    session.add_all(
        [
            Post(id=1, title="a"),
            Post(id=2, title="b", deleted_at=now),
            Post(id=3, title="c", deleted_at=now),
            Post(id=4, title="d", listed=False),
        ]
    )
    await session.commit()
    both = posts.union(posts.with_trashed().where(Post.title == "b"))
    assert await both.pluck(Post.id) == [1, 2]
    assert await both.where(Post.id == 1).or_where(Post.id > 2).pluck(Post.id) == [1]
    assert await both.update({Post.title: "x"}) == 2


def test_a_union_of_other_records_is_refused(authors, books):
    with pytest.raises(TypeError, match=r"union\(\) is of queries for Author, not for Book"):
        authors.query().union(books.query())


async def test_a_subquery_has_the_values_of_a_column(authors, books, shop):
    titled = books.query().where(Book.title.in_(["x", "z"]))
    writers = authors.query().where_in(Author.id, titled.subquery(Book.author_id))
    assert await names(writers) == "Ada Bo"
    oldest = authors.query().order_by(Author.born.asc().nulls_last()).limit(1)
    born = oldest.subquery(Author.born).scalar_subquery()
    assert await names(authors.query().where(Author.born > born)) == "Cy"
    with pytest.raises(ValueError, match="uses books, which the query for Author does not"):
        authors.query().subquery(Book.title)


async def test_sql_takes_values_by_name_and_stays_one_condition(authors, shop):
    query = authors.query()
    assert await names(query.where_raw("born % :n = 0", n=100)) == "Cy"
    either = query.where_raw("born = :a OR name = :b -- or else", a=1815, b="Bo' OR 1=1 --")
    assert await names(either) == "Ada"
    assert await names(either.where(Author.name == "Cy")) == ""
    assert await names(either.where(Author.name == "Cy").or_where(Author.name == "Bo")) == "Bo"
    assert await names(query.where_raw(r"name <> 'a\:b'")) == "Ada Bo Cy"


def test_sql_whose_names_and_values_differ_is_refused(authors):
    with pytest.raises(ValueError, match=r"has the names \['n'\], but values have \['m'\]"):
        authors.query().where_raw("born = :n", m=1)
    with pytest.raises(ValueError, match=r"has the names \[\], but values have \['n'\]"):
        authors.query().where_raw("born = 1", n=1)


async def test_the_recipe_for_full_text_finds_words_on_both_databases(authors, shop, session):
    search = "to_tsvector('english', name) @@ websearch_to_tsquery('english', :words)"
    if session.get_bind().dialect.name == "sqlite":
        search = "id IN (SELECT rowid FROM found WHERE found MATCH :words)"
        fts = "CREATE VIRTUAL TABLE found USING fts5(name, content=authors, content_rowid=id)"
        await session.execute(text(fts))
        await session.execute(text("INSERT INTO found (rowid, name) SELECT id, name FROM authors"))
    assert await names(authors.query().where_raw(search, words="ada")) == "Ada"
    assert await names(authors.query().where_raw(search, words="nobody")) == ""
    await session.rollback()


async def test_paths_in_json_mean_the_same_on_both_databases(session):
    accounts = Accounts(session)
    for owner, settings in (
        ("a", {"theme": "dark", "size": 2, "tags": ["x", "y"], "nested": {"on": True}}),
        ("b", {"theme": "light", "size": 10}),
        ("c", {}),
    ):
        await accounts.create(Account(owner=owner, settings=settings))

    async def owners(condition) -> str:
        return "".join(await accounts.query().where(condition).order_by_key().pluck(Account.owner))

    assert await owners(Account.settings["theme"].as_string() == "dark") == "a"
    assert await owners(Account.settings["size"].as_integer() > 2) == "b"
    assert await owners(Account.settings["nested", "on"].as_boolean().is_(True)) == "a"
    assert await owners(Account.settings["tags", 1].as_string() == "y") == "a"
    assert await owners(Account.settings["theme"].as_string().is_(None)) == "c"
    by_size = accounts.query().order_by(Account.settings["size"].as_integer(), "desc")
    page = await by_size.cursor_paginate(per_page=2)
    assert [account.owner for account in page.items] == ["c", "b"]
    rest = await by_size.cursor_paginate(page.next_cursor, 2)
    assert [account.owner for account in rest.items] == ["a"]
    assert await accounts.query().max(func.lower(Account.settings["theme"].as_string())) == "light"
