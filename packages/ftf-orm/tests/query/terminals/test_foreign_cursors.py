"""Cursors of other lists, of other keys, and texts that are not cursors."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from archive import Post
from bookshop import Author, Book
from sqlalchemy import func

from ftf.orm import CursorError, InvalidValue, QueryBuilder, session_factory
from ftf.orm.query.statement.cursors._cursor import Cursor  # noqa: PLC2701  # what a client could send


@pytest.fixture
async def three(authors, session) -> None:
    session.add_all(Author(name=name, born=1) for name in "abc")
    await session.commit()


async def test_edge_21_what_is_no_cursor_of_the_list_is_one_error(authors, three, statements):
    by_born, by_name = (authors.query().order_by(by) for by in (Author.born, Author.name))
    cursor = (await by_born.cursor_paginate(per_page=1)).next_cursor
    wrong = ["", "x", "é", "=" * 9, cursor[:-1], cursor + "A", cursor[:5] + "-" + cursor[5:]]
    statements.clear()
    for query, text in [
        *((by_born, text) for text in wrong),
        (by_name, cursor),
        (by_born.reorder().order_by(Author.born, "desc"), cursor),
        (by_born.reorder().order_by(Author.born.nulls_first()), cursor),
        (authors.query().order_by(func.coalesce(Author.born, 1)), cursor),
    ]:
        with pytest.raises(CursorError, match="The cursor is not one of this list") as caught:
            await query.cursor_paginate(text, 1)
        assert caught.value.cursor == text
    with pytest.raises(CursorError, match="begin without a cursor"):
        await by_born.cursor_paginate(cursor, 1, key="secret")
    assert statements == []


async def test_edge_21_a_signed_cursor_needs_its_key(engine, authors, three):
    cursor = (await authors.query().cursor_paginate(per_page=1, key="secret")).next_cursor
    page = await authors.query().cursor_paginate(cursor, 1, key=b"secret")
    assert [author.name for author in page.items] == ["b"]
    with pytest.raises(CursorError, match="begin without a cursor"):
        await authors.query().cursor_paginate(cursor, 1)
    async with session_factory(engine, cursor_key="secret")() as signing:
        page = await QueryBuilder(signing, Author).cursor_paginate(cursor, 1)
        assert [author.name for author in page.items] == ["b"]


async def test_edge_21_a_value_that_no_row_can_have_is_refused_without_a_signature_too(
    authors, session, statements
):
    await authors.create(Author(name="Ada", born=1815))
    is_postgres = session.get_bind().dialect.name == "postgresql"
    by_born, by_length = (
        authors.query().order_by(by) for by in (Author.born, func.length(Author.name))
    )

    def token(query: QueryBuilder[Author], *values: object) -> str:
        keyset = query._keyset("cursor_paginate")  # noqa: SLF001  # what a client could guess
        return Cursor(values).token(keyset.fingerprint(session.get_bind().dialect), b"")

    statements.clear()
    wrong = [(None, None), (1,), (1, 2, 3), (True, 1)]
    wrong += [("x", 1), (1.5, 1), (date(2026, 1, 1), 1)] if is_postgres else [(UUID(int=1), 1)]
    for values in wrong:
        with pytest.raises(CursorError, match="not one of this list"):
            await by_born.cursor_paginate(token(by_born, *values))
    if is_postgres:
        by_name = authors.query().order_by(Author.name)
        with pytest.raises(CursorError, match="not one of this list"):
            await by_name.cursor_paginate(token(by_name, "a\0b", 1))
    assert statements == []
    with pytest.raises(CursorError, match="not one of this list") as caught:
        await by_born.cursor_paginate(token(by_born, 2**70, 1))
    assert isinstance(caught.value.__cause__, InvalidValue)
    if is_postgres:  # SQLite can compare a number with a text
        with pytest.raises(CursorError, match="not one of this list"):
            await by_length.cursor_paginate(token(by_length, "x", 1))
    assert await authors.count() == 1


async def test_an_invalid_value_of_a_condition_is_no_matter_of_the_cursor(authors):
    with pytest.raises(InvalidValue, match="A value is not valid for the database"):
        await authors.query().where(Author.born == 2**70).cursor_paginate()


async def test_edge_21_a_cursor_of_another_scope_finds_what_this_one_shows(authors, session):
    ada, bo = (Author(name=name, books=[Book(title=name + n) for n in "12"]) for name in "ab")
    session.add_all([ada, bo])
    await session.commit()
    cursor = (
        await authors.relation(ada, Author.books).query().cursor_paginate(per_page=1)
    ).next_cursor
    page = await authors.relation(bo, Author.books).query().cursor_paginate(cursor)
    assert [book.title for book in page.items] == ["b1", "b2"]


async def test_a_cursor_goes_on_within_the_scopes_of_the_model(session):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    session.add_all(
        Post(id=number, title="x", deleted_at=now if number % 2 else None) for number in range(1, 9)
    )
    await session.commit()
    posts = QueryBuilder(session, Post)
    page = await posts.cursor_paginate(per_page=2)
    assert [post.id for post in page.items] == [2, 4]
    rest = (
        await posts.or_where(Post.id == 7).or_where(Post.id == 8).cursor_paginate(page.next_cursor)
    )
    assert [post.id for post in rest.items] == [8]
    trashed = await posts.only_trashed().cursor_paginate(page.next_cursor)
    assert [post.id for post in trashed.items] == [5, 7]


async def test_an_empty_key_is_refused(engine, authors):
    with pytest.raises(ValueError, match="key is empty: pass a secret, or None"):
        await authors.query().cursor_paginate(key="")
    with pytest.raises(ValueError, match="cursor_key is empty"):
        session_factory(engine, cursor_key=b"")
