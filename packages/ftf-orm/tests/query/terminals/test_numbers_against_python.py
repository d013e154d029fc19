"""Random numbers over related records, joined ones too, are what plain Python works out."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from newsroom import Article, Comment, Topic, Writer, beats
from sqlalchemy import delete, update

from ftf.orm import QueryBuilder


@dataclass(eq=False)
class Node:
    """A writer, an article, a comment or a topic, with what is related to it."""

    name: str = ""
    number: int = 0
    articles: list["Node"] = field(default_factory=list)
    comments: list["Node"] = field(default_factory=list)
    topics: list["Node"] = field(default_factory=list)
    pupils: list["Node"] = field(default_factory=list)
    mentor: list["Node"] = field(default_factory=list)

    @property
    def newest(self) -> list["Node"]:
        return self.articles[-2:]


@dataclass(frozen=True)
class Check:
    """A condition twice: as a step of a query, and for a record in Python."""

    step: Callable[[QueryBuilder], QueryBuilder]
    holds: Callable[[Node], bool]


TARGETS = {
    "articles": (Article, Article.title, Article.words, "comments", Comment.score),
    "newest": (Article, Article.title, Article.words, "comments", Comment.score),
    "topics": (Topic, Topic.name, Topic.weight, None, None),
    "pupils": (Writer, Writer.name, Writer.id, "articles", Article.words),
    "mentor": (Writer, Writer.name, Writer.id, "articles", Article.words),
}
NAMES = st.sampled_from("abc")
SIGNS = st.sampled_from([(">=", operator.ge), ("=", operator.eq), ("<", operator.lt)])


@st.composite
def checks(draw: st.DrawFn, relation: str, depth: int = 2) -> Check:
    model, name, _, further, score = TARGETS[relation]
    value = draw(NAMES)
    kinds = ["all", "named"] + ["joined"] * (further is not None)
    kinds += ["nested"] * (model is Writer and depth > 0)
    kind = draw(st.sampled_from(kinds))
    if kind == "all":
        return Check(lambda q: q, lambda _: True)
    if kind == "named":
        return Check(lambda q: q.where(name == value), lambda node: node.name == value)
    if kind == "nested":
        return draw(related(depth - 1))
    least = draw(st.integers(0, 3))
    return Check(
        lambda q: q.join(getattr(model, further)).where(score >= least),
        lambda node: any(other.number >= least for other in getattr(node, further)),
    )


@st.composite
def related(draw: st.DrawFn, depth: int = 2) -> Check:
    relation = draw(st.sampled_from(sorted(TARGETS)))
    check, (sign, compare) = draw(checks(relation, depth)), draw(SIGNS)
    number = draw(st.integers(0, 2))
    attribute = getattr(Writer, relation)
    return Check(
        lambda q: q.has(attribute, sign, number, check.step),
        lambda node: compare(sum(check.holds(other) for other in getattr(node, relation)), number),
    )


@st.composite
def numbers(draw: st.DrawFn) -> tuple[Callable, Callable]:
    """Draw a number: as a step that works it out as "n", and of a writer in Python."""
    relation = draw(st.sampled_from(sorted(TARGETS)))
    model, _, own, further, score = TARGETS[relation]
    attribute, check = getattr(Writer, relation), draw(checks(relation))
    kind = draw(st.sampled_from(["count", "own"] + ["joined"] * (further is not None)))
    verb, work_out = draw(st.sampled_from([("sum", sum), ("min", min), ("max", max)]))

    def found(node: Node) -> list[Node]:
        return [other for other in getattr(node, relation) if check.holds(other)]

    def total(values: list[int]) -> int | None:
        return work_out(values) if values else None

    if kind == "count":
        return (
            lambda q: q.with_count(attribute, check.step, alias="n"),
            lambda node: len(found(node)),
        )
    if kind == "own":
        return (
            lambda q: getattr(q, f"with_{verb}")(attribute, own, check.step, alias="n"),
            lambda node: total([other.number for other in found(node)]),
        )
    least = draw(st.integers(0, 3))
    return (
        lambda q: getattr(q, f"with_{verb}")(
            attribute,
            score,
            lambda q: q.join(getattr(model, further)).where(score >= least),
            alias="n",
        ),
        lambda node: total(
            [
                last.number
                for other in getattr(node, relation)
                for last in getattr(other, further)
                if last.number >= least
            ]
        ),
    )


SCORES = st.lists(st.integers(0, 4), max_size=3)
ARTICLES = st.lists(st.tuples(NAMES, st.integers(0, 4), SCORES), max_size=3)
WRITERS = st.lists(
    st.tuples(
        NAMES, st.none() | st.integers(0, 3), ARTICLES, st.lists(st.integers(0, 2), max_size=4)
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture
async def session(session):
    return session


async def store(session, rows: list) -> dict[int, Node]:
    """Store writers, and return them by key as Python knows them."""
    session.expunge_all()
    await session.execute(update(Writer).values(mentor_id=None))
    for table in (beats, Comment.__table__, Article.__table__, Writer.__table__, Topic.__table__):
        await session.execute(delete(table))
    topics = [Topic(name=name, weight=weight) for weight, name in enumerate("abc", start=1)]
    made = [Writer(name=name) for name, *_ in rows]
    session.add_all([*topics, *made])
    await session.flush()
    nodes = [Node(writer.name, writer.id) for writer in made]
    known = [Node(topic.name, topic.weight) for topic in topics]
    for writer, node, (_, mentor, articles, subjects) in zip(made, nodes, rows, strict=True):
        for title, words, scores in articles:
            comments = [Comment(score=score) for score in scores]
            session.add(Article(title=title, words=words, writer_id=writer.id, comments=comments))
            await session.flush()
            said = [Node(number=score) for score in scores]
            node.articles.append(Node(title, words, comments=said))
        for subject in subjects:  # the same one twice, too
            row = {"writer_id": writer.id, "topic_id": topics[subject].id}
            await session.execute(beats.insert().values(row))
        node.topics = [known[subject] for subject in sorted(set(subjects))]
        if mentor is not None and mentor < len(made):
            writer.mentor_id = made[mentor].id
            node.mentor = [nodes[mentor]]
            nodes[mentor].pupils.append(node)
    await session.flush()
    return {writer.id: node for writer, node in zip(made, nodes, strict=True)}


@pytest.mark.slow
@given(rows=WRITERS, asked=st.lists(numbers(), min_size=1, max_size=3), kept=related())
@settings(
    max_examples=80,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_random_numbers_over_related_records(session, rows, asked, kept):
    nodes = await store(session, rows)
    query = kept.step(QueryBuilder(session, Writer)).order_by_key()
    expected = [(key, node) for key, node in nodes.items() if kept.holds(node)]
    assert await query.count() == len(expected)
    for step, work_out in asked:
        found = await step(query).get()
        assert [(writer.id, writer.n) for writer in found] == [
            (key, work_out(node)) for key, node in expected
        ]
