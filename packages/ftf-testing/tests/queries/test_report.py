"""What a failure says."""

import re

import pytest
from library import Book
from sqlalchemy import ForeignKey, create_engine, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from ftf.orm import Base as FrameworkBase
from ftf.testing import QueryCounter, QueryCountError, assert_queries
from ftf.testing.queries._executed_query import normalize  # noqa: PLC2701

WHOLE = """\
expected exactly 1 query, 4 ran, in 0.00 ms:
  1. SELECT books.id, books.title, books.author_id FROM books
     0.00 ms, at test_report.py:0 in titles
     called from test_report.py:0 in test_the_whole_text_of_a_failure
  2. SELECT authors.id, authors.name FROM authors WHERE authors.id = ?
     0.00 ms, {'pk_1': 1}, lazy load of Book.author, at test_report.py:0 in titles
     called from test_report.py:0 in test_the_whole_text_of_a_failure
  3. SELECT authors.id, authors.name FROM authors WHERE authors.id = ?
     0.00 ms, {'pk_1': 2}, lazy load of Book.author, at test_report.py:0 in titles
     called from test_report.py:0 in test_the_whole_text_of_a_failure
  4. SELECT authors.id, authors.name FROM authors WHERE authors.id = ?
     0.00 ms, {'pk_1': 3}, lazy load of Book.author, at test_report.py:0 in titles
     called from test_report.py:0 in test_the_whole_text_of_a_failure

Repeated:
  3 x SELECT authors.id, authors.name FROM authors WHERE authors.id = ?
      queries 2, 3, 4, at test_report.py:0 in titles
      lazy load of Book.author: load it eagerly with selectinload(Book.author)"""


def titles(session: Session) -> None:
    for book in session.scalars(select(Book)):
        assert book.author.name


def test_the_whole_text_of_a_failure(sync_engine):
    with (
        pytest.raises(QueryCountError, match="expected") as failure,
        Session(sync_engine) as session,
        assert_queries(1),
    ):
        titles(session)
    same = re.sub(r"\d+\.\d\d ms", "0.00 ms", str(failure.value))
    same = re.sub(r"(at|from) \S*?(\w+\.py):\d+", r"\1 \2:0", same)
    assert re.sub(r" AS \w+", "", same) == WHOLE  # labels of SQLAlchemy 2.0


@pytest.fixture
def connection(sync_engine):
    with sync_engine.connect() as connection:
        yield connection


def test_secret_parameters_are_redacted_by_name(connection):
    with QueryCounter() as counter:
        connection.execute(text("SELECT :name, :Password"), {"name": "Ada", "Password": "x1y2"})
    assert "{'name': 'Ada', 'Password': '...'}" in counter.report()
    assert "x1y2" not in counter.report()


def test_long_parameters_and_statements_lose_their_middle(connection):
    with QueryCounter() as counter:
        connection.execute(text(f"SELECT :long{', 1' * 500}"), {"long": "x" * 1_000})
    assert max(map(len, counter.report().splitlines())) < 500
    assert "{'long': 'xxx" in counter.report()
    assert "xxx'}" in counter.report()


def test_parameters_without_names_are_told(connection):
    with QueryCounter() as counter:
        connection.exec_driver_sql("SELECT ?, ?", (1, "a"))
    assert "(1, 'a')" in counter.report()


def test_sets_of_parameters_are_counted_and_the_first_is_told(connection):
    with QueryCounter() as counter:
        connection.execute(text("DELETE FROM reviews WHERE id = :id"), [{"id": 8}, {"id": 9}])
    assert "2 sets of parameters, {'id': 8}" in counter.report()


def test_repeated_writes_are_not_to_be_loaded(connection):
    with QueryCounter() as counter:
        for number in (8, 9):
            connection.execute(text("DELETE FROM reviews WHERE id = :id"), {"id": number})
    assert "Write the records in one statement" in counter.report()
    assert "Load what" not in counter.report()


def test_a_failed_query_says_so(connection):
    with QueryCounter() as counter, pytest.raises(Exception, match="no such table"):
        connection.execute(text("SELECT 1 FROM nowhere"))
    assert "     failed, at " in counter.report()
    assert str(QueryCountError("none", counter.executed)).startswith(
        "expected none, 1 ran, in 0.00"
    )


def test_a_repeated_eager_load_is_explained(sync_engine):
    query = select(Book).options(selectinload(Book.author))
    with QueryCounter() as counter, Session(sync_engine) as session:
        for number in (1, 2):
            session.scalars(query.where(Book.id == number)).all()
    assert "eager load of Book.author: SQLAlchemy runs it again for each query" in counter.report()


class Poet(FrameworkBase):
    __tablename__ = "poets"

    id: Mapped[int] = mapped_column(primary_key=True)
    poems: Mapped[list["Poem"]] = relationship(lazy=True)


class Poem(FrameworkBase):
    __tablename__ = "poems"

    id: Mapped[int] = mapped_column(primary_key=True)
    poet_id: Mapped[int] = mapped_column(ForeignKey("poets.id"))
    lines: Mapped[list["Line"]] = relationship(lazy=True)


class Line(FrameworkBase):
    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    poem_id: Mapped[int] = mapped_column(ForeignKey("poems.id"))


def test_models_of_the_framework_are_brought_along_by_with():
    engine = create_engine("sqlite://")
    FrameworkBase.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Poet(poems=[Poem(lines=[Line()])]), Poet(poems=[Poem(lines=[Line()])])])
        session.commit()
    with QueryCounter(engine) as counter, Session(engine) as session:
        for poet in session.scalars(select(Poet)):
            assert poet.poems[0].lines
    engine.dispose()
    assert "lazy load of Poet.poems: load it eagerly with with_(Poet.poems)\n" in counter.report()
    assert 'lazy load of Poem.lines: load it eagerly with with_("poems.lines")' in counter.report()


@pytest.mark.parametrize(
    ("statement", "normalized"),
    [
        ("SELECT 1\n  FROM users_1", "SELECT ? FROM users_1"),
        ("SELECT 'it''s', 1.5", "SELECT ?, ?"),
        ("WHERE id = $1::INTEGER AND name = $2::VARCHAR", "WHERE id = ? AND name = ?"),
        ("VALUES ($1::TIMESTAMP WITHOUT TIME ZONE, $2)", "VALUES (?)"),
        ("WHERE id = %(id_1)s AND name = %s OR x = :x_1", "WHERE id = ? AND name = ? OR x = ?"),
        ("WHERE id IN (?, ?, ?)", "WHERE id IN (?)"),
        ("VALUES (?, ?), (?, ?)", "VALUES (?)"),
        ('SELECT "a1", t2.c3, x::text', 'SELECT "a1", t2.c3, x::text'),
    ],
)
def test_statements_that_differ_in_values_only_become_the_same(statement, normalized):
    assert normalize(statement) == normalized
