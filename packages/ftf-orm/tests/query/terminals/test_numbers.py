"""Numbers over related records that are easily multiplied."""

import pytest
from newsroom import Article, Badge, Comment, Newest, Topic, Writer, beats
from sqlalchemy import func
from sqlalchemy.orm import aliased

from ftf.orm import BaseRepository, QueryBuilder


class Writers(BaseRepository[Writer]): ...


@pytest.fixture
async def session(session):
    return session


@pytest.fixture
async def writers(session) -> Writers:
    """Ada wrote a0 to a2, the last two with comments of 7 and 8; Bo wrote b0, with one of 2."""
    ada = Writer(name="Ada", badge=Badge(code="z"))
    for number in range(3):
        comments = [Comment(score=score) for score in ((), (3, 4), (8,))[number]]
        ada.articles.append(Article(title=f"a{number}", words=10 + number, comments=comments))
        session.add(ada)
        await session.flush()
    bo = Writer(name="Bo", badge=Badge(code="y"), mentor=ada)
    bo.articles.append(Article(title="b0", words=5, comments=[Comment(score=2)]))
    session.add_all([bo, Writer(name="Cy", mentor=ada)])
    await session.commit()
    session.expunge_all()
    return Writers(session)


async def numbers(query, name: str) -> list[object]:
    return [getattr(record, name) for record in await query.order_by_key().get()]


@pytest.mark.parametrize(
    ("verb", "values"),
    [("sum", [15, 2, None]), ("min", [3, 2, None]), ("max", [8, 2, None]), ("avg", [5, 2, None])],
)
async def test_a_joined_column_counts_once_for_each_of_its_own_rows(writers, verb, values):
    step = getattr(writers.query(), f"with_{verb}")
    query = step(Writer.articles, Comment.score, lambda q: q.join(Article.comments), alias="n")
    assert await numbers(query, "n") == values
    narrowed = step(
        Writer.articles,
        Comment.score,
        lambda q: q.join(Article.comments).where(Comment.score < 8, Article.title != "b0"),
        alias="n",
    )
    assert await numbers(narrowed, "n") == [
        {"sum": 7, "min": 3, "max": 4, "avg": 3.5}[verb],
        None,
        None,
    ]


async def test_a_joined_column_of_records_related_to_their_own_table(writers):
    query = writers.query().with_sum(
        Writer.pupils, Article.words, lambda q: q.join(Writer.articles), alias="n"
    )
    assert await numbers(query, "n") == [5, None, None]
    query = writers.query().with_sum(
        Writer.mentor, Article.words, lambda q: q.join(Writer.articles), alias="n"
    )
    assert await numbers(query, "n") == [None, 33, 33]


def test_a_joined_column_of_groups_is_refused(session):
    query = QueryBuilder(session, Writer)
    with pytest.raises(ValueError, match=r"Comment\.score has a value for each group"):
        query.with_sum(
            Writer.articles,
            Comment.score,
            lambda q: q.join(Article.comments).group_by(Article.id),
            alias="n",
        )


async def test_own_columns_of_groups_are_those_of_their_records(writers):
    often = writers.query().with_sum(
        Writer.articles,
        Article.words,
        lambda q: q.join(Article.comments).group_by(Article.id).having(func.count() > 1),
    )
    assert await numbers(often, "articles_sum_words") == [11, None, None]


async def test_an_aliased_relationship_is_about_its_alias(writers):
    query = writers.query()
    counted = query.with_count(Writer.newest).with_sum(Writer.newest, Article.words)
    assert await numbers(counted, "newest_count") == [2, 1, 0]
    assert await numbers(counted, "newest_sum_words") == [23, 5, None]
    old = query.where_has(Writer.newest, lambda q: q.where(Article.title == "a0"))
    assert await old.count() == 0
    new = query.where_has(Writer.newest, lambda q: q.where(Article.title == "a1"))
    assert await new.pluck(Writer.name) == ["Ada"]
    assert await query.has(Writer.newest, "=", 2).pluck(Writer.name) == ["Ada"]
    assert await query.where_doesnt_have(Writer.newest).pluck(Writer.name) == ["Cy"]
    scores = query.with_sum(
        Writer.newest, Comment.score, lambda q: q.join(Article.comments), alias="n"
    )
    assert await numbers(scores, "n") == [15, 2, None]


async def test_what_follows_an_aliased_relationship_is_about_the_whole_table(writers):
    back = writers.query().where_has(
        Writer.newest,
        lambda q: q.where_has(
            Article.writer,
            lambda q: q.where_has(Writer.articles, lambda q: q.where(Article.title == "a0")),
        ),
    )
    assert await back.pluck(Writer.name) == ["Ada"]
    twice = writers.query().where_has(
        Writer.newest, lambda q: q.where_has(Article.writer, lambda q: q.has(Writer.newest, "=", 2))
    )
    assert await twice.pluck(Writer.name) == ["Ada"]


async def test_an_aliased_relationship_of_one_record(writers):
    ada = await writers.query().first_or_fail()
    related = writers.relation(ada, Writer.newest).query()
    assert await related.order_by_key().pluck(Article.title) == ["a1", "a2"]
    assert await related.where(Article.title == "a0").count() == 0
    await writers.load(ada, Writer.newest)
    assert [article.title for article in ada.newest] == ["a2", "a1"]


async def test_an_aliased_relationship_is_joined_by_its_alias(writers):
    query = writers.query().join(Writer.newest)
    assert await query.pluck(Writer.name) == ["Ada", "Bo"]
    assert await query.where(Newest.title == "a1").pluck(Writer.name) == ["Ada"]
    assert await query.sum(Newest.words) == 28
    with pytest.raises(ValueError, match=r"articles\.title = .* uses articles"):
        query.where(Article.title == "a1")


def test_a_part_of_an_aliased_relationship_is_about_its_alias(session):
    part = Writer.newest.and_(Article.title == "a1")
    query = QueryBuilder(session, Writer)
    for step in (query.where_has, query.with_count, query.with_, query.join):
        with pytest.raises(
            ValueError, match=r"Writer\.newest leads to .* in its and_\(\) uses articles"
        ):
            step(part)


async def test_a_part_of_a_relationship_counts_alone(writers):
    part = Writer.newest.and_(Newest.title == "a1")
    assert await numbers(writers.query().with_count(part, alias="n"), "n") == [1, 0, 0]
    pupils = Writer.pupils.and_(Writer.name == "Bo")
    assert await numbers(writers.query().with_count(pupils, alias="n"), "n") == [1, 0, 0]


async def test_a_record_joined_with_the_latest_of_many_comes_once(writers):
    query = writers.query().join(Writer.latest)
    assert [writer.name for writer in await query.get()] == ["Ada", "Bo"]
    assert await query.count() == 2
    page = await query.paginate(page=2, per_page=1)
    assert ([writer.name for writer in page.items], page.total) == (["Bo"], 2)
    with pytest.raises(ValueError, match="a record has several"):
        await query.order_by(Article.title).get()


async def test_what_the_tables_allow_once_can_be_sorted_by(session, writers):
    by_badge = writers.query().join(Writer.badge).order_by(Badge.code)
    assert [writer.name for writer in await by_badge.get()] == ["Bo", "Ada"]
    by_topic = QueryBuilder(session, Article).left_join(Article.topic).order_by(Topic.name)
    assert await by_topic.count() == 4
    assert len(await by_topic.get()) == 4


async def test_a_join_from_an_alias_multiplies_by_what_led_there(session, writers):
    other = aliased(Writer)
    query = writers.query().join(Writer.pupils.of_type(other), other.badge)
    assert await query.pluck(Writer.name) == ["Ada"]
    with pytest.raises(ValueError, match="a record has several"):
        await query.order_by(Badge.code).get()


async def test_a_record_that_is_related_twice_is_one_record(session, writers):
    ada = await writers.query().first_or_fail()
    news, sport = Topic(name="news", weight=2), Topic(name="sport", weight=3)
    session.add_all([news, sport])
    await session.flush()
    rows = [{"writer_id": ada.id, "topic_id": topic.id} for topic in (news, sport, news)]
    await session.execute(beats.insert(), rows)
    session.expunge_all()
    ada = await writers.query().with_joined(Writer.topics).first_or_fail()
    assert len(ada.topics) == 2
    counted = writers.query().with_count(Writer.topics).with_sum(Writer.topics, Topic.weight)
    assert await numbers(counted, "topics_count") == [2, 0, 0]
    assert await numbers(counted, "topics_sum_weight") == [5, None, None]
    assert await writers.query().has(Writer.topics, "=", 2).count() == 1
    assert await writers.query().where_has(Writer.topics).count() == 1
    related = writers.relation(ada, Writer.topics).query()
    assert (await related.count(), len(await related.get())) == (2, 2)
    assert await related.sum(Topic.weight) == 5


async def test_groups_have_conditions_only_where_there_are_groups(session, writers):
    query = writers.query()
    with pytest.raises(ValueError, match=r"having\(\) needs groups: add group_by\(\)"):
        query.where_has(Writer.articles, lambda q: q.having(func.count() > 5))
    for terminal in ("get", "count", "exists"):
        with pytest.raises(ValueError, match=r"having\(\) needs groups"):
            await getattr(query.having(func.count() > 5), terminal)()
