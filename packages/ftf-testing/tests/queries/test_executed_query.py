"""What is known of a query."""

import sys
from contextlib import ExitStack
from gc import collect
from runpy import run_path
from time import perf_counter
from weakref import ref

import pytest
from library import Author, Book
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    create_engine,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, selectinload

from ftf.testing import QueryCounter
from ftf.testing.queries._executed_query import is_read, is_transaction_control  # noqa: PLC2701


async def test_records_of_a_flush_are_as_many_queries_as_the_database_makes_of_them(async_engine):
    async with AsyncSession(async_engine) as session, QueryCounter(async_engine) as counter:
        session.add_all(Author(name=f"author {number}") for number in range(4))
        await session.flush()
    assert sum(query.rows for query in counter.executed) == 4
    assert counter == (1 if async_engine.dialect.name == "postgresql" else 4)


async def test_batches_of_an_insert_continue_the_first(async_engine):
    rows = [{"name": f"author {number}"} for number in range(2_500)]
    async with AsyncSession(async_engine) as session, QueryCounter(async_engine) as counter:
        await session.scalars(insert(Author).returning(Author.id), rows)
    first, *others = counter.executed
    assert not first.continues
    assert others
    assert all(query.continues and not query.parameters for query in others)
    assert sum(query.rows for query in counter.executed) == 2_500


async def test_batches_without_values_are_told_by_the_statement(async_engine):
    numbers = Table("numbers", MetaData(), Column("id", Integer, primary_key=True))
    async with async_engine.connect() as connection, QueryCounter(async_engine) as counter:
        await connection.run_sync(numbers.create)
        assert "CREATE TABLE numbers" in counter.report()
        counter.reset()
        await connection.execute(insert(numbers).returning(numbers.c.id), [{}, {}, {}])
    assert [query.rows for query in counter.executed] == [3]
    assert "3 sets of parameters" in counter.report()


def test_a_query_that_fails_counts(sync_engine):
    with (
        QueryCounter(sync_engine) as counter,
        sync_engine.connect() as connection,
        pytest.raises(OperationalError, match="no such table"),
    ):
        connection.execute(text("SELECT word FROM nowhere"))
    assert [query.seconds for query in counter.executed] == [None]


def test_a_query_during_which_another_counter_ends_has_a_duration(sync_engine):
    def count() -> None:
        with QueryCounter():
            pass

    with sync_engine.connect() as connection, QueryCounter() as counter:
        connection.connection.create_function("count_nothing", 0, count)
        connection.execute(text("SELECT count_nothing()"))
    assert [query.seconds is None for query in counter.executed] == [False]


def test_a_default_that_is_asked_for_first_is_a_query_of_its_own(sync_engine):
    default = select(func.count(Author.id) + 7).scalar_subquery()
    number = Column("id", Integer, primary_key=True, default=default)
    numbers = Table("numbers", MetaData(), number, implicit_returning=False)
    with QueryCounter() as counter, sync_engine.connect() as connection:
        numbers.create(connection)
        counter.reset()
        connection.execute(insert(numbers))
    default_query, insertion = counter.executed
    assert default_query.is_read
    assert insertion.parameters == [{"id": 10}]


async def test_a_query_knows_its_lines_duration_and_parameters(async_engine):
    async def ask() -> None:
        await connection.execute(text("SELECT :answer"), {"answer": "42"})

    async with QueryCounter(async_engine) as counter, async_engine.connect() as connection:
        began = perf_counter()
        await ask()
        ended = perf_counter()
    (query,) = counter.executed
    assert [line.function for line in query.origin.lines] == [
        "test_a_query_knows_its_lines_duration_and_parameters.<locals>.ask",
        "test_a_query_knows_its_lines_duration_and_parameters",
    ]
    assert {line.file for line in query.origin.lines} == {__file__}
    assert query.seconds is not None
    assert 0 < query.seconds < ended - began
    assert query.parameters == [{"answer": "42"}]


async def test_parameters_that_the_engine_hides_are_not_kept():
    engine = create_engine("sqlite://", hide_parameters=True)
    with QueryCounter(engine) as counter, engine.connect() as connection:
        connection.execute(text("SELECT :secret"), {"secret": 42})
    engine.dispose()
    assert [(query.parameters, query.rows) for query in counter.executed] == [((), 1)]


def test_statements_of_the_driver_are_counted_too(sync_engine):
    with QueryCounter(sync_engine) as counter, sync_engine.connect() as connection:
        connection.exec_driver_sql("SELECT ?", (1,))
        for sets in ([("a",), ("b",)], [("c",), ("d",)]):
            connection.exec_driver_sql("INSERT INTO authors (name) VALUES (?)", sets)
    one, *many = [query.parameters for query in counter.executed]
    assert one == [(1,)]
    assert many == [[("a",), ("b",)], [("c",), ("d",)]]


def test_a_counter_keeps_no_session(sync_engine):
    def forget() -> ref[Session]:
        session = Session(sync_engine)
        for book in session.scalars(select(Book).options(selectinload(Book.author))):
            assert book.reviews
        return ref(session)

    with QueryCounter(sync_engine) as counter:
        forgotten = forget()
        collect()
        assert forgotten() is None
    assert counter == 5


class Word(str):
    """What a reference can tell the end of."""

    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("engine_wide", [False, True])
def test_a_query_that_fails_stays_no_longer_than_its_counter(sync_engine, engine_wide):
    def fail() -> ref[Word]:
        word = Word("a")
        with QueryCounter(engine_wide=engine_wide) as counter, sync_engine.connect() as connection:
            with pytest.raises(OperationalError, match="no such table"):
                connection.execute(text("SELECT :word FROM nowhere"), {"word": word})
            assert counter == 1
        return ref(word)

    left = fail()
    collect()
    assert left() is None


def test_a_stack_without_greenlets_is_walked_to_its_end(sync_engine, monkeypatch):
    monkeypatch.delitem(sys.modules, "greenlet")
    monkeypatch.setattr("ftf.testing._application_lines._BOTTOMS", ("/nowhere",))
    monkeypatch.setattr("ftf.testing._application_lines._kinds", {})
    with QueryCounter(sync_engine) as counter, sync_engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    (query,) = counter.executed
    name = "test_a_stack_without_greenlets_is_walked_to_its_end"
    assert query.origin.lines[0].function == name


def test_the_standard_library_is_no_part_of_the_application(sync_engine):
    with QueryCounter() as counter, sync_engine.connect() as connection, ExitStack() as stack:
        stack.callback(connection.exec_driver_sql, "SELECT 1")
    (query,) = counter.executed
    assert [line.file for line in query.origin.lines] == [__file__]
    assert query.origin.through is None


def test_a_module_of_the_application_can_be_named_like_one_of_python(sync_engine, tmp_path):
    module = tmp_path / "threading.py"
    module.write_text("connection.exec_driver_sql('SELECT 1')")
    with QueryCounter() as counter, sync_engine.connect() as connection:
        run_path(str(module), {"connection": connection})
    assert [query.origin.lines[0].file for query in counter.executed] == [str(module)]


@pytest.mark.parametrize(
    ("statement", "reads"),
    [
        ("SELECT 1", True),
        ("((SELECT 1) UNION SELECT 2) ORDER BY 1", True),
        ("VALUES (1)", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a FOR UPDATE", True),
        ("WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a", False),
        ("WITH a AS (SELECT 1) UPDATE b AS c SET d = 1 FROM a", False),
        ("WITH a AS (DELETE FROM b RETURNING id) SELECT id FROM a", False),
        ("UPDATE selected SET a = 1", False),
    ],
)
def test_what_only_reads_is_known_by_its_words(statement, reads):
    assert is_read(statement) is reads


@pytest.mark.parametrize("statement", ["START TRANSACTION", "commit", "SET TRANSACTION READ ONLY"])
def test_transaction_control_is_known_by_its_words(statement):
    assert is_transaction_control(statement)
    assert not is_transaction_control("SET LOCAL statement_timeout = 5")
