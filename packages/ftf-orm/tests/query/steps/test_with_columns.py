"""`with_columns`: deferred columns in the SELECT of their records."""

import re

import pytest
from apart import apart
from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from ftf.orm import ColumnNotLoaded, QueryBuilder, RelationNotLoaded

Apart = apart()


class Writer(Apart):
    __tablename__ = "gazette_writers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    life: Mapped[str] = mapped_column(deferred=True)
    articles: Mapped[list["Article"]] = relationship(back_populates="writer")


class Article(Apart):
    __tablename__ = "gazette_articles"
    id: Mapped[int] = mapped_column(primary_key=True)
    writer_id: Mapped[int] = mapped_column(ForeignKey("gazette_writers.id"))
    text: Mapped[str] = mapped_column(deferred=True)
    writer: Mapped[Writer] = relationship(back_populates="articles")


Article.length = column_property(func.length(Article.__table__.c.text), deferred=True)


@pytest.fixture
async def articles(create_tables, session, statements):
    await create_tables(Apart.metadata)
    ada = Writer(name="Ada", life="long")
    session.add_all([Article(text="one", writer=ada), Article(text="three", writer=ada)])
    await session.commit()
    session.expunge_all()
    statements.clear()
    return QueryBuilder(session, Article).order_by_key()


async def test_deferred_columns_are_in_the_select_of_the_record(articles, statements):
    found = await articles.with_columns(Article.text, Article.length).get()
    assert [(each.text, each.length) for each in found] == [("one", 3), ("three", 5)]
    assert len(statements) == 1


async def test_those_of_related_records_are_in_the_select_that_loads_them(articles, statements):
    path = (Article.writer, Writer.life)
    (first, _) = await articles.with_columns(path).get()
    assert (first.writer.name, first.writer.life) == ("Ada", "long")
    with pytest.raises(ColumnNotLoaded, match=r"no value is loaded for Article\.text"):
        _ = first.text
    assert len(statements) == 2


@pytest.mark.parametrize("joined_first", [True, False])
async def test_another_step_says_how_they_are_loaded(articles, statements, joined_first):
    path = (Article.writer, Writer.life)
    joined = articles.with_joined(Article.writer)
    query = joined.with_columns(path) if joined_first else articles.with_columns(path)
    query = query if joined_first else query.with_joined(Article.writer)
    (first, _) = await query.get()
    assert first.writer.life == "long"
    assert len(statements) == 1


async def test_paths_through_the_records_keep_their_columns(articles, statements):
    path = (Article.writer, Writer.articles, Article.text)
    query = articles.with_columns((Article.writer, Writer.life), path)
    (first, second) = await query.get()
    assert first.writer.life == "long"
    assert [each.text for each in first.writer.articles] == ["one", "three"]
    assert second.text == "three"
    assert len(statements) == 3


async def test_the_last_step_about_a_column_counts(articles):
    chosen = articles.without_columns(Article.text).with_columns(Article.text)
    assert "text" in chosen.to_sql()
    assert "text" not in chosen.without_columns(Article.text).to_sql()
    union = chosen.union(articles.where(Article.id == 1))
    assert (await union.first_or_fail()).text == "one"


async def test_records_of_the_session_get_the_columns_that_they_have_not_loaded(articles):
    known = await articles.with_(Article.writer).get()
    found = await articles.with_columns(Article.text, (Article.writer, Writer.life)).get()
    assert found == known
    assert [each.text for each in known] == ["one", "three"]
    assert known[0].writer.life == "long"


async def test_a_record_with_all_loaded_gets_columns_of_related_ones(articles, statements):
    whole = articles.with_columns(Article.text, Article.length).with_(Article.writer)
    known = await whole.get()
    statements.clear()
    assert await articles.with_columns((Article.writer, Writer.life)).get() == known
    assert {each.writer.life for each in known} == {"long"}
    assert len(statements) == 2


async def test_columns_behind_a_relationship_that_was_loaded_before_are_loaded(articles):
    query = articles.with_(Article.writer, Writer.articles)
    (known, _) = await query.get()
    path = (Article.writer, Writer.articles, Article.text)
    await articles.with_columns(path).get()
    assert [each.text for each in known.writer.articles] == ["one", "three"]


async def test_a_long_read_and_a_page_load_them(articles):
    query = articles.with_columns(Article.text, (Article.writer, Writer.life))
    assert [(each.text, each.writer.life) async for each in query.stream(1)] == [
        ("one", "long"),
        ("three", "long"),
    ]
    page = await query.cursor_paginate(per_page=1)
    assert page.items[0].text == "one"


async def test_without_the_step_the_column_and_the_relationship_say_so(articles):
    first = await articles.first_or_fail()
    with pytest.raises(ColumnNotLoaded, match=r"no value is loaded for Article\.text"):
        _ = first.text
    with pytest.raises(RelationNotLoaded, match=r"Article\.writer"):
        _ = first.writer


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (Writer.life, "Article has no column Writer.life"),
        (Article.writer, "Article has no column Article.writer"),
        ((Article.writer, Article.text), "Writer has no column Article.text"),
        ((Writer.articles, Article.text), "Article has no relationship Writer.articles"),
        ("text", "Article has no column 'text'"),
        ((), "Article has no column ()"),
    ],
)
def test_what_is_no_column_is_refused(column, message):
    with pytest.raises(AttributeError, match=re.escape(message)):
        QueryBuilder(None, Article).with_columns(column)
