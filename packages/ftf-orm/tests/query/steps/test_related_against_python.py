"""Random conditions on related records, nested, hold for the records that plain Python finds."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from bookshop import Author, Book, Genre
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from ftf.orm import QueryBuilder


@dataclass(eq=False)
class Node:
    """A genre or a book, with what is related to it."""

    name: str
    parent: list["Node"] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    books: list["Node"] = field(default_factory=list)
    genres: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Check:
    """A condition twice: as a step of a query, and for a record in Python."""

    step: Callable[[QueryBuilder], QueryBuilder]
    holds: Callable[[Node], bool]


NAMES = st.sampled_from("abc")


def called(model: type, name: str) -> Check:
    column = Genre.name if model is Genre else Book.title
    return Check(lambda q: q.where(column == name), lambda node: node.name == name)


def selected(name: str) -> Check:
    keys = select(Genre.id).where(Genre.name == name)
    return Check(lambda q: q.where(Genre.id.in_(keys)), lambda node: node.name == name)


def related(relation: str, check: Check, sign: str, number: int) -> Check:
    attribute = getattr(Book if relation == "genres" else Genre, relation)
    compare = {">=": operator.ge, "=": operator.eq, "<": operator.lt}[sign]

    def holds(node: Node) -> bool:
        return compare(sum(check.holds(other) for other in getattr(node, relation)), number)

    return Check(lambda q: q.has(attribute, sign, number, check.step), holds)


def joined(model: type, name: str) -> Check:
    relation, column = ("books", Book.title) if model is Genre else ("genres", Genre.name)
    attribute = getattr(model, relation)
    return Check(
        lambda q: q.join(attribute).where(column == name),
        lambda node: any(other.name == name for other in getattr(node, relation)),
    )


def grouped(model: type, number: int) -> Check:
    relation, other = ("books", Book) if model is Genre else ("genres", Genre)
    attribute = getattr(model, relation)
    return Check(
        lambda q: q.join(attribute).group_by(model.id).having(func.count(other.id) > number),
        lambda node: len(getattr(node, relation)) > number,
    )


def sharing(name: str) -> Check:
    """Has a genre of a name, as a subquery of the user's own tells."""
    keys = select(Book.id).join(Book.genres).where(Genre.name == name)
    return Check(
        lambda q: q.where(Book.id.in_(keys)),
        lambda node: any(genre.name == name for genre in node.genres),
    )


@st.composite
def checks(draw: st.DrawFn, model: type = Genre, depth: int = 3) -> Check:
    ends = [
        st.builds(called, st.just(model), NAMES),
        st.builds(joined, st.just(model), NAMES),
        st.builds(grouped, st.just(model), st.integers(0, 2)),
        st.builds(selected if model is Genre else sharing, NAMES),
    ]
    if not depth or draw(st.integers(0, 4)) == 0:
        return draw(st.one_of(ends))
    names = ["parent", "children", "books"] if model is Genre else ["genres"]
    relation = draw(st.sampled_from(names))
    inner = draw(checks(Book if relation == "books" else Genre, depth - 1))
    sign, number = draw(st.sampled_from([(">=", 1), ("<", 1), (">=", 2), ("=", 1)]))
    return related(relation, inner, sign, number)


GENRES = st.lists(st.tuples(NAMES, st.none() | st.integers(0, 5)), min_size=1, max_size=5)
BOOKS = st.lists(st.tuples(NAMES, st.sets(st.integers(0, 4))), max_size=4)


def in_python(genres: list, books: list) -> list[Node]:
    nodes = [Node(name) for name, _ in genres]
    for node, (_, parent) in zip(nodes, genres, strict=True):
        if parent is not None and parent < len(nodes):
            node.parent.append(nodes[parent])
            nodes[parent].children.append(node)
    for title, kinds in books:
        book = Node(title, genres=[nodes[kind] for kind in kinds if kind < len(nodes)])
        for genre in book.genres:
            genre.books.append(book)
    return nodes


async def store(session, genres: list, books: list) -> list[int]:
    session.expunge_all()
    await session.execute(Genre.__table__.update().values(parent_id=None))
    for model in (Book, Author, Genre):
        await session.execute(delete(model))
    made = [Genre(name=name) for name, _ in genres]
    author = Author(name="Ada")
    session.add_all([*made, author])
    for title, kinds in books:
        its = [made[kind] for kind in kinds if kind < len(made)]
        session.add(Book(title=title, author=author, genres=its))
    await session.flush()
    for genre, (_, parent) in zip(made, genres, strict=True):
        if parent is not None and parent < len(made):
            genre.parent_id = made[parent].id
    await session.flush()
    return [genre.id for genre in made]


@pytest.mark.slow
@given(genres=GENRES, books=BOOKS, asked=st.lists(checks(), min_size=1, max_size=2))
@settings(
    max_examples=80,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_random_nested_conditions_hold_for_what_python_finds(session, genres, books, asked):
    keys = await store(session, genres, books)
    nodes = dict(zip(keys, in_python(genres, books), strict=True))
    for check in asked:
        query = check.step(QueryBuilder(session, Genre))
        expected = sorted(key for key, node in nodes.items() if check.holds(node))
        assert sorted(genre.id for genre in await query.get()) == expected
        assert await query.count() == len(expected)
