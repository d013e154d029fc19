"""Listeners of events: when they run in and after transactions of a real database."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from bookshop import Author, AuthorRepository
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ftf.container import Container, Scope
from ftf.container.events import Events, Listeners
from ftf.orm import (
    CommitOutcomeUnknown,
    ConcurrentUse,
    DatabaseProvider,
    SerializationFailure,
    Transaction,
    TransactionMisuse,
    run_transaction,
    transaction,
)


class Hired:
    def __init__(self, name: str = "Ada") -> None:
        self.name = name


class Journal(list[object]): ...


class CountInside:
    """Counts the authors that the transaction of the event sees."""

    def __init__(self, authors: AuthorRepository, journal: Journal) -> None:
        self.authors, self.journal = authors, journal

    async def handle(self, event: Hired) -> None:
        self.journal.append(("inside", await self.authors.count()))


async def count_outside(event: Hired, authors: AuthorRepository, journal: Journal) -> None:
    journal.append((event.name, await authors.count()))


@pytest.fixture
async def container(engine, database_url) -> AsyncIterator[Container]:
    async with Container() as container:
        container.add_provider(DatabaseProvider(database_url))
        container.register(Journal, scope="singleton")
        Listeners.of(container).listen(Hired, count_outside, after_commit=True)
        yield container


@pytest.fixture
async def scope(container) -> AsyncIterator[Scope]:
    async with container.scoped_context() as scope:
        yield scope


@pytest.fixture
async def session(scope) -> AsyncSession:
    return await scope.aresolve(AsyncSession)


@pytest.fixture
async def hire(scope, session):
    events = await scope.aresolve(Events)

    async def hire(name: str = "Ada", **after: Transaction) -> None:
        session.add(Author(name=name))
        await session.flush()
        await events.dispatch(Hired(name), **after)

    return hire


@pytest.fixture
def journal(container) -> Journal:
    return container.resolve(Journal)


async def test_event_6_listeners_share_the_session_and_those_after_the_commit_do_not(
    container, scope, session, journal, hire
):
    Listeners.of(container).listen(Hired, CountInside)
    async with transaction(session):
        await hire()
        assert journal == [("inside", 1)]
    assert journal == [("inside", 1), ("Ada", 1)]


async def test_event_8_events_of_two_tasks_do_not_mix_their_writes(container, scope, session, seen):
    async def write(event: Hired, authors: AuthorRepository) -> None:
        await authors.create(Author(name=event.name))

    Listeners.of(container).listen(Hired, write)
    events = await scope.aresolve(Events)
    with pytest.raises(ExceptionGroup) as raised:
        async with transaction(session), asyncio.TaskGroup() as tasks:
            tasks.create_task(events.dispatch(Hired("Ada")))
            tasks.create_task(events.dispatch(Hired("Bob")))
    assert raised.group_contains(ConcurrentUse, match="Another task is using this session")
    assert await seen(Author, 1) is None


async def test_event_16_it_waits_for_the_outermost_commit(session, journal, hire):
    async with transaction(session):
        async with transaction(session):
            await hire("Ada")
        await hire("Bob")
        assert journal == []
    assert journal == [("Ada", 2), ("Bob", 2)]


async def test_event_23_a_transaction_that_has_ended_is_refused(container, scope, session, journal):
    Listeners.of(container).listen(Hired, CountInside)
    async with transaction(session) as ended:
        pass
    events = await scope.aresolve(Events)
    with pytest.raises(TransactionMisuse, match="The transaction has ended"):
        await events.dispatch(Hired(), after=ended)
    assert journal == []


async def test_event_17_what_an_inner_block_dispatched_is_rolled_back_with_it(
    session, journal, hire
):
    async with transaction(session):
        with pytest.raises(KeyError, match="x"):
            async with transaction(session):
                await hire("Ada")
                raise KeyError("x")
        await hire("Bob")
    assert journal == [("Bob", 1)]


async def test_event_18_nothing_runs_if_the_outer_block_is_rolled_back(session, journal, hire):
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            async with transaction(session):
                await hire()
            raise KeyError("x")
    assert journal == []


async def test_event_21_nothing_runs_if_the_outcome_of_the_commit_is_unknown(
    session, journal, hire, caplog, monkeypatch
):
    async def lose_the_answer() -> None:
        await commit()
        raise ConnectionResetError

    commit = session.commit
    monkeypatch.setattr(session, "commit", lose_the_answer)
    with pytest.raises(CommitOutcomeUnknown, match="check whether it was stored"):
        async with transaction(session):
            await hire()
    assert journal == []
    assert "COMMIT: outcome unknown, so 1 callbacks were not called" in caplog.text


async def test_event_21_nothing_runs_if_the_commit_fails(session, journal, hire, monkeypatch):
    async def refuse() -> None:
        raise ValueError("disk full")

    monkeypatch.setattr(session, "commit", refuse)
    with pytest.raises(ValueError, match="disk full"):
        async with transaction(session):
            await hire()
    assert journal == []


async def test_event_22_a_repeated_transaction_runs_the_listeners_of_its_last_attempt(
    session, journal, hire
):
    attempts = []

    async def work(tx: Transaction) -> None:
        attempts.append(tx)
        await hire(f"attempt {len(attempts)}")
        if len(attempts) < 3:
            raise SerializationFailure

    await run_transaction(session, work, attempts=3)
    assert journal == [("attempt 3", 1)]


async def test_event_29_it_runs_at_the_outermost_commit_within_an_outer_transaction(
    engine, container, journal
):
    async with engine.connect() as connection:
        outer = await connection.begin()
        mode = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
        factory = async_sessionmaker(connection, **mode)
        override = container.override_instance(async_sessionmaker[AsyncSession], factory)
        async with override, container.scoped_context() as scope:
            session = await scope.aresolve(AsyncSession)
            async with transaction(session), transaction(session):
                session.add(Author(name="Ada"))
                await (await scope.aresolve(Events)).dispatch(Hired())
                assert journal == []
            assert journal == [("Ada", 1)]
        await outer.rollback()


async def test_event_30_a_session_made_by_hand_belongs_to_the_scope_around_it(
    engine, container, journal
):
    async with (
        container.scoped_context() as scope,
        AsyncSession(engine, expire_on_commit=False) as session,
    ):
        async with transaction(session):
            await session.execute(text("SELECT 1"))
            await (await scope.aresolve(Events)).dispatch(Hired())
            assert journal == []
        assert journal == [("Ada", 0)]


async def test_event_30_outside_of_scopes_the_transaction_has_to_be_passed(
    engine, container, journal
):
    scope = container.scoped_context()
    session = AsyncSession(engine, expire_on_commit=False)
    async with session, transaction(session) as tx:
        events = await scope.aresolve(Events)
        with pytest.raises(RuntimeError, match="pass the transaction"):
            await events.dispatch(Hired())
        await events.dispatch(Hired(), after=tx)
        assert journal == []
    assert journal == [("Ada", 0)]
    await scope.aclose()
