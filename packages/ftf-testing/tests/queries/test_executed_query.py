"""What is known of a query."""

import sys
from gc import collect
from runpy import run_path
from weakref import ref

import pytest
from library import Author, Book
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, selectinload

from ftf.testing import QueryCounter


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


async def test_a_query_knows_its_lines_duration_and_parameters(async_engine):
    async def ask() -> None:
        await connection.execute(text("SELECT :answer"), {"answer": "42"})

    async with QueryCounter(async_engine) as counter, async_engine.connect() as connection:
        await ask()
    (query,) = counter.executed
    assert [line.function for line in query.origin.lines] == [
        "test_a_query_knows_its_lines_duration_and_parameters.<locals>.ask",
        "test_a_query_knows_its_lines_duration_and_parameters",
    ]
    assert {line.file for line in query.origin.lines} == {__file__}
    assert query.seconds is not None
    assert query.seconds > 0
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


def test_a_query_that_fails_stays_no_longer_than_its_counter(sync_engine):
    def fail() -> ref[Word]:
        word = Word("a")
        with QueryCounter() as counter, sync_engine.connect() as connection:
            with pytest.raises(OperationalError, match="no such table"):
                connection.execute(text("SELECT :word FROM nowhere"), {"word": word})
            assert counter == 1
        return ref(word)

    left = fail()
    collect()
    assert left() is None


def test_a_stack_without_greenlets_is_walked_to_its_end(sync_engine, monkeypatch):
    monkeypatch.delitem(sys.modules, "greenlet")
    monkeypatch.setattr("ftf.testing._origin._BOTTOMS", ("/nowhere",))
    monkeypatch.setattr("ftf.testing._origin._kinds", {})
    with QueryCounter(sync_engine) as counter, sync_engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    (query,) = counter.executed
    name = "test_a_stack_without_greenlets_is_walked_to_its_end"
    assert query.origin.lines[0].function == name


def test_a_module_of_the_application_can_be_named_like_one_of_python(sync_engine, tmp_path):
    module = tmp_path / "threading.py"
    module.write_text("connection.exec_driver_sql('SELECT 1')")
    with QueryCounter() as counter, sync_engine.connect() as connection:
        run_path(str(module), {"connection": connection})
    assert [query.origin.lines[0].file for query in counter.executed] == [str(module)]
