"""Random queries over random records deliver what plain Python finds in the same records."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce

import pytest
from bookshop import Author, Book
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from ftf.orm import QueryBuilder

type Truth = bool | None  # None: unknown, as in SQL


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    born: int | None
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """A condition twice: for the database, and for a row in Python."""

    sql: object
    holds: Callable[[Row], Truth]


@dataclass(frozen=True)
class Model:
    """What a query is about to deliver."""

    holds: Callable[[Row], Truth] = lambda _: True
    started: bool = False
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    offset: int = 0

    def where(self, holds: Callable[[Row], Truth]) -> "Model":
        return replace(self, holds=lambda row: both(self.holds(row), holds(row)), started=True)

    def or_where(self, holds: Callable[[Row], Truth]) -> "Model":
        if not self.started:
            return self.where(holds)
        return replace(self, holds=lambda row: either(self.holds(row), holds(row)))

    def matching(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows if self.holds(row)]

    def delivers(self, rows: list[Row]) -> list[Row]:
        # Sorting keeps equal ones as they are: by the key, in the direction of the last order.
        last = bool(self.order) and self.order[-1][1]
        found = sorted(self.matching(rows), key=lambda row: row.id, reverse=last)
        for name, backwards in reversed(self.order):
            found.sort(key=lambda row: sort_key(row, name), reverse=backwards)
        end = None if self.limit is None else self.offset + self.limit
        return found[self.offset : end]


type Step = tuple[Callable[[QueryBuilder[Author]], QueryBuilder[Author]], Callable[[Model], Model]]


def sort_key(row: Row, name: str) -> object:
    return len(row.titles) if name == "books_count" else getattr(row, name)


def both(left: Truth, right: Truth) -> Truth:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: Truth, right: Truth) -> Truth:
    return opposite(both(opposite(left), opposite(right)))


def opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def all_of(tests: list[Check]) -> Callable[[Row], Truth]:
    return lambda row: reduce(both, (test.holds(row) for test in tests), True)  # noqa: FBT003


def any_of(tests: list[Check]) -> Callable[[Row], Truth]:
    return lambda row: reduce(either, (test.holds(row) for test in tests), False)  # noqa: FBT003


def compare(name: str, sign: str, value: object) -> Check:
    compared = getattr(operator, sign)

    def holds(row: Row) -> Truth:
        known = getattr(row, name)
        return None if known is None else compared(known, value)

    return Check(compared(getattr(Author, name), value), holds)


def one_of(values: list[int | None]) -> Callable[[Row], Truth]:
    known = [value for value in values if value is not None]

    def holds(row: Row) -> Truth:
        found = None if row.born is None and known else row.born in known
        return either(found, row.born is None) if None in values else found

    return holds


def none_of(values: list[int | None]) -> Callable[[Row], Truth]:
    known = [value for value in values if value is not None]

    def holds(row: Row) -> Truth:
        if row.born is None:
            return not values
        return row.born not in known

    return holds


YEARS = st.integers(0, 4)
NAMES = st.sampled_from("abc")
TESTS = st.one_of(
    st.builds(compare, st.just("born"), st.sampled_from(["ge", "lt", "eq", "ne"]), YEARS),
    st.builds(compare, st.just("name"), st.sampled_from(["ge", "lt", "eq", "ne"]), NAMES),
)
ROWS = st.lists(
    st.tuples(NAMES, st.none() | YEARS, st.lists(st.sampled_from("xyz"), max_size=3)),
    max_size=7,
    unique_by=lambda row: row[:2],
)


@st.composite
def steps(draw: st.DrawFn, *, depth: int = 1) -> Step:
    kinds = ["where", "or_where", "any", "not", "in", "not_in", "null", "between", "has", "titles"]
    kind = draw(st.sampled_from(kinds + ["group"] * depth))
    tests = draw(st.lists(TESTS, max_size=2))
    sql = [test.sql for test in tests]
    values = draw(st.lists(st.none() | YEARS, max_size=3))
    title, number = draw(st.sampled_from("xyz")), draw(st.integers(0, 3))
    sign = draw(st.sampled_from([">=", ">", "=", "!=", "<", "<="]))
    low, high = draw(YEARS), draw(YEARS)
    if kind == "group":
        inner = draw(st.lists(steps(depth=0), max_size=3))
        return grouped(inner)
    signs = {">=": "ge", ">": "gt", "=": "eq", "!=": "ne", "<": "lt", "<=": "le"}
    counted = getattr(operator, signs[sign])
    return {
        "where": (lambda q: q.where(*sql), lambda m: m.where(all_of(tests)) if tests else m),
        "or_where": (
            lambda q: q.or_where(*sql),
            lambda m: m.or_where(any_of(tests)) if tests else m,
        ),
        "any": (lambda q: q.where_any(*sql), lambda m: m.where(any_of(tests))),
        "not": (
            lambda q: q.where_not(*sql),
            lambda m: reduce(lambda m, t: m.where(lambda row: opposite(t.holds(row))), tests, m),
        ),
        "in": (lambda q: q.where_in(Author.born, values), lambda m: m.where(one_of(values))),
        "not_in": (
            lambda q: q.where_not_in(Author.born, values),
            lambda m: m.where(none_of(values)) if values else m,
        ),
        "null": (lambda q: q.where_null(Author.born), lambda m: m.where(lambda r: r.born is None)),
        "between": (
            lambda q: q.where_between(Author.born, low, high),
            lambda m: m.where(lambda r: None if r.born is None else low <= r.born <= high),
        ),
        "has": (
            lambda q: q.has(Author.books, sign, number),
            lambda m: m.where(lambda r: counted(len(r.titles), number)),
        ),
        "titles": (
            lambda q: q.where_doesnt_have(Author.books, lambda b: b.where(Book.title == title)),
            lambda m: m.where(lambda r: title not in r.titles),
        ),
    }[kind]


def grouped(inner: list[Step]) -> Step:
    def in_sql(query: QueryBuilder[Author]) -> QueryBuilder[Author]:
        return query.where_group(lambda group: reduce(lambda q, step: step[0](q), inner, group))

    def in_python(model: Model) -> Model:
        group = reduce(lambda m, step: step[1](m), inner, Model())
        return model.where(group.holds) if group.started else model

    return in_sql, in_python


def ordered(name: str, direction: str) -> Step:
    column = name if name == "books_count" else getattr(Author, name)
    return (
        lambda q: q.order_by(column, direction),
        lambda m: replace(m, order=(*m.order, (name, direction == "desc"))),
    )


ORDERS = st.builds(
    ordered, st.sampled_from(["name", "books_count"]), st.sampled_from(["asc", "desc"])
)
CUTS = st.tuples(st.none() | st.integers(0, 4), st.integers(0, 3))


QUERIES = st.tuples(st.lists(steps(), max_size=4), st.lists(ORDERS, max_size=2), CUTS)


@pytest.mark.slow
@given(rows=ROWS, asked=QUERIES)
@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_random_queries_deliver_what_python_finds(session, authors, rows, asked):
    (conditions, orders, (limit, offset)) = asked
    session.expunge_all()
    await session.execute(delete(Book))
    await session.execute(delete(Author))
    made = [
        Author(name=name, born=born, books=[Book(title=title) for title in titles])
        for name, born, titles in rows
    ]
    session.add_all(made)
    await session.flush()
    known = [
        Row(author.id, author.name, author.born, tuple(book.title for book in author.books))
        for author in made
    ]

    query = authors.query().with_count(Author.books)
    query = reduce(lambda q, step: step[0](q), [*conditions, *orders], query)
    query = query if orders else query.order_by_key()
    model = reduce(lambda m, step: step[1](m), [*conditions, *orders], Model())
    cut_query = query.offset(offset) if limit is None else query.offset(offset).limit(limit)
    cut_model = replace(model, limit=limit, offset=offset)
    expected, matching = cut_model.delivers(known), model.matching(known)

    found = await cut_query.get()
    assert [(author.id, author.books_count) for author in found] == [
        (row.id, len(row.titles)) for row in expected
    ]
    assert await query.count() == len(matching)
    assert await query.exists() == bool(matching)
    first = await cut_query.first()
    assert (first and first.id) == (expected[0].id if expected else None)
    assert await cut_query.count() == len(expected)
    assert await cut_query.exists() == bool(expected)
    for asked_for, delivered in ((query, matching), (cut_query, expected)):
        born = [row.born for row in delivered if row.born is not None]
        assert await asked_for.sum(Author.born) == (sum(born) if born else None)
        assert await asked_for.max(Author.born) == max(born, default=None)
    joined = query.join(Author.books)
    with_books = [row for row in matching if row.titles]
    assert await joined.count() == len(with_books)
    titles = await joined.reorder().pluck(Book.title)
    assert sorted(titles) == sorted(title for row in with_books for title in row.titles)
    page = await query.paginate(page=2, per_page=2)
    assert (page.total, len(page.items)) == (len(matching), len(model.delivers(known)[2:4]))
