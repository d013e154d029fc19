"""What becomes of records when a transaction is tried again."""

import asyncio

import pytest
from bookshop import Author, Book, Genre
from sqlalchemy import event, inspect, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import (
    ColumnNotLoaded,
    DatabaseUnavailable,
    Deadlock,
    TransactionMisuse,
    run_transaction,
    transaction,
)

only_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch) -> None:
    monkeypatch.setattr("ftf.orm._retry.uniform", lambda *_: 0)


@pytest.fixture
async def two(authors) -> list[Author]:
    return [await authors.create(Author(name=name)) for name in ("Ada", "Bo")]


def losing_once(work):
    """Work that loses against another transaction at first."""
    attempts: list[None] = []

    async def lose_once(tx) -> None:
        attempts.append(None)
        await work()
        if len(attempts) == 1:
            raise Deadlock

    return lose_once


async def nothing() -> None:
    """Work."""


@pytest.mark.parametrize("change", ["new", "changed", "deleted"])
async def test_edge_38_changes_that_another_attempt_would_lose_are_refused(
    session, authors, two, seen, change
):
    match change:
        case "new":
            session.add(Author(name="Cy"))
        case "changed":
            two[0].name = "Cy"
        case "deleted":
            await session.delete(two[0])
    with pytest.raises(TransactionMisuse, match="commit them before run_transaction"):
        await run_transaction(session, losing_once(nothing))
    await session.commit()
    assert sorted(await authors.query().pluck(Author.name)) != ["Ada", "Bo"]


async def test_edge_38_after_a_flush_there_is_one_attempt(session, authors):
    session.add(Author(name="Cy"))
    await session.flush()
    with pytest.raises(Deadlock, match="deadlock"):
        await run_transaction(session, losing_once(nothing))
    await authors.create(Author(name="Di"))
    await run_transaction(session, losing_once(nothing))
    assert await authors.query().pluck(Author.name) == ["Di"]


async def test_edge_38_after_a_statement_that_wrote_there_is_one_attempt(session, authors, two):
    await authors.count()
    await run_transaction(session, losing_once(nothing))
    await session.execute(update(Author.__table__).values(name="Cy"))
    with pytest.raises(Deadlock, match="deadlock"):
        await run_transaction(session, losing_once(nothing))


async def test_changes_are_taken_along_by_the_only_attempt(session, authors, two):
    async def work(tx) -> None:
        two[1].name = "Bob"

    two[0].name = "Eve"
    await run_transaction(session, work, attempts=1)
    two[0].name = "Ada"
    async with transaction(session):
        await run_transaction(session, work)
    assert sorted(await authors.query().pluck(Author.name)) == ["Ada", "Bob"]


async def test_a_value_set_to_what_it_was_is_no_change(session, two):
    two[0].name = two[0].name
    await run_transaction(session, losing_once(nothing))


async def test_edge_38_records_that_no_attempt_needed_stay_loaded(session, authors, two):
    async def change() -> None:
        (await authors.find_or_fail(two[1].id)).born = 1815

    await run_transaction(session, losing_once(change))
    assert (two[0].name, two[1].born) == ("Ada", 1815)


async def test_edge_38_work_can_use_the_keys_of_records_loaded_before(session, authors, two):
    seen: list[str] = []

    async def read() -> None:
        seen.append((await authors.find_or_fail(two[0].id)).name)

    await run_transaction(session, losing_once(read))
    assert seen == ["Ada", "Ada"]


async def test_edge_38_records_stay_loaded_when_the_last_attempt_fails(session, authors, two):
    async def lose(tx) -> None:
        await authors.find_or_fail(two[1].id)
        raise Deadlock

    with pytest.raises(Deadlock, match="deadlock"):
        await run_transaction(session, lose)
    assert [author.name for author in two] == ["Ada", "Bo"]


async def test_edge_38_what_the_latest_attempt_read_counts(session, authors, engine, two):
    key, attempts = two[0].id, 0

    async def work(tx) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 2:
            assert (await authors.find_or_fail(key)).name == "Eve"
        if attempts < 3:
            raise Deadlock

    async with engine.begin() as connection:
        await connection.execute(update(Author).values(name="Eve"))
    await run_transaction(session, work)
    assert (attempts, two[0].name, two[1].name) == (3, "Eve", "Bo")


async def test_a_record_that_was_written_and_undone_in_part_is_not_given_back(session, two):
    async def change_twice() -> None:
        await session.refresh(two[0])
        two[0].born = 1
        with pytest.raises(KeyError, match="x"):
            async with transaction(session):
                two[0].born = 2
                await session.flush()
                raise KeyError("x")

    await run_transaction(session, losing_once(change_twice))
    await session.refresh(two[0])
    assert two[0].born == 1


async def test_a_session_that_expires_what_it_commits_does_so(engine, two):
    async with AsyncSession(engine) as session:
        ada = await session.get_one(Author, two[0].id)
        await run_transaction(session, losing_once(nothing))
        assert "name" not in ada.__dict__


async def test_a_record_from_before_says_in_the_work_that_it_has_to_be_read(session, authors, two):
    async def work(tx) -> str:
        with pytest.raises(
            ColumnNotLoaded, match=r"Author\.name.*await session\.refresh"
        ) as caught:
            _ = two[0].name
        assert caught.value.columns == ("born", "email", "name")
        return (await authors.refresh(two[0])).name

    assert await run_transaction(session, work) == "Ada"


@pytest.mark.parametrize("change", [None, "author_id", "genres", "bulk", "text"])
@pytest.mark.parametrize("again", [True, False])
async def test_relationships_are_as_they_were_unless_the_work_has_changed_them(
    session, books, two, again, change
):
    book = await books.create(Book(title="Notes", author_id=two[0].id, genres=[Genre(name="a")]))
    await books.load(book, Book.author)
    other = Genre(name="b")
    session.add(other)
    await session.commit()

    async def work(tx) -> None:
        if again:
            await books.find(book.id)
        match change:
            case "author_id":
                book.author_id = two[1].id
                await books.update(book)
            case "genres":
                await books.relation(book, Book.genres).attach(other.id)
            case "bulk":
                await session.execute(update(Genre).values(name="c"))
            case "text":
                await session.execute(text("UPDATE books SET title = 'Letters'"))

    await run_transaction(session, work)
    unknown = {None: "", "author_id": "author", "text": "author genres title"}
    gone = set(unknown.get(change, "genres").split()) - ({"title"} if again else set())
    assert inspect(book).unloaded & {"author", "genres", "title"} == gone


async def test_a_failing_after_rollback_does_not_hide_the_conflict(session, authors):
    attempts: list[int] = []

    def fail() -> None:
        raise ValueError(len(attempts))

    async def work(tx) -> None:
        tx.after_rollback(fail)
        attempts.append(1)
        await authors.create(Author(name="Ada"))
        if len(attempts) < 3:
            raise Deadlock

    with pytest.raises(ExceptionGroup, match="was committed, and 2 callbacks") as caught:
        await run_transaction(session, work)
    assert [error.args for error in caught.value.exceptions] == [(1,), (2,)]
    assert await authors.count() == 1
    attempts.clear()
    with pytest.raises(ExceptionGroup, match="was rolled back, and 1 callbacks") as caught:
        await run_transaction(session, work, attempts=2)
    assert [type(error) for error in caught.value.exceptions] == [ExceptionGroup, ValueError]


async def test_a_group_of_errors_from_the_work_is_raised_as_it_is(session):
    async def work(tx) -> None:
        raise ExceptionGroup("two", [Deadlock(), KeyError()])

    with pytest.raises(ExceptionGroup, match="two"):
        await run_transaction(session, work)


@only_postgres
@pytest.mark.parametrize("cancelled", [True, False])
async def test_a_connection_that_was_lost_before_costs_one_call(
    session, authors, engine, two, cancelled
):
    pid = await session.scalar(text("SELECT pg_backend_pid()"))
    if cancelled:
        cancel_once(engine)
    else:
        async with engine.connect() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with pytest.raises((DatabaseUnavailable, asyncio.CancelledError)):
        await asyncio.create_task(run_transaction(session, losing_once(nothing)))
    assert two[0].name == "Ada"
    await run_transaction(session, losing_once(nothing))


def cancel_once(engine) -> None:
    def cancel(*_) -> None:
        asyncio.current_task().cancel()

    event.listen(engine.sync_engine, "before_cursor_execute", cancel, once=True)


async def test_a_record_that_the_work_has_expunged_is_left_alone(session, two):
    async def work(tx) -> None:
        session.expunge(two[0])

    await run_transaction(session, work)
    assert (two[0].id, "name" in two[0].__dict__, two[1].name) == (1, False, "Bo")
