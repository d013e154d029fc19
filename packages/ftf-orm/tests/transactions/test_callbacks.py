"""What is called after a transaction, and with which outcome."""

import asyncio
from contextlib import suppress

import pytest
from bookshop import Author, ada
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import CommitOutcomeUnknown, Transaction, TransactionMisuse, transaction


async def test_edge_37_callbacks_run_after_the_outermost_commit_in_order(session, stored):
    seen: list[object] = []

    async def look() -> None:
        seen.append(await stored())

    async with transaction(session) as outer:
        session.add(ada())
        outer.after_commit(lambda: seen.append("first"))
        outer.after_rollback(lambda: seen.append("never"))
        async with transaction(session) as inner:
            inner.after_commit(look)
        assert seen == []
    assert seen == ["first", ["Ada"]]


async def test_edge_37_callbacks_of_an_inner_block_share_its_fate(session):
    seen: list[str] = []
    async with transaction(session):
        with pytest.raises(KeyError, match="x"):
            async with transaction(session) as inner:
                inner.after_commit(lambda: seen.append("committed"))
                inner.after_rollback(lambda: seen.append("rolled back"))
                raise KeyError("x")
        assert seen == ["rolled back"]
    assert seen == ["rolled back"]


async def test_an_outer_rollback_takes_the_inner_callbacks_along(session):
    seen: list[str] = []
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            async with transaction(session) as inner:
                inner.after_commit(lambda: seen.append("committed"))
                inner.after_rollback(lambda: seen.append("rolled back"))
            raise KeyError("x")
    assert seen == ["rolled back"]


async def test_edge_37_all_callbacks_run_and_every_failure_is_reported(session, authors, stored):
    def fail(number: int) -> None:
        raise ValueError(number)

    with pytest.raises(ExceptionGroup, match="was committed, and 2 of its callbacks") as caught:
        async with transaction(session) as tx:
            await authors.create(ada())
            tx.after_commit(lambda: fail(1))
            tx.after_commit(lambda: fail(2))
    assert [error.args for error in caught.value.exceptions] == [(1,), (2,)]
    assert await stored() == ["Ada"]
    with pytest.raises(ExceptionGroup, match="was rolled back, and 1 of its") as caught:
        async with transaction(session) as tx:
            tx.after_rollback(lambda: fail(1))
            raise KeyError
    assert [type(error) for error in caught.value.exceptions] == [KeyError, ValueError]
    async with transaction(session):
        await authors.create(Author(name="Bo"))
    assert await stored() == ["Ada", "Bo"]


async def test_edge_37_callbacks_run_under_a_transaction_that_wraps_a_test(engine):
    seen: list[str] = []
    async with engine.connect() as connection:
        outer = await connection.begin()
        mode = "create_savepoint"
        joined = AsyncSession(connection, join_transaction_mode=mode)
        async with joined as session, transaction(session) as tx:
            session.add(ada())
            tx.after_commit(lambda: seen.append("committed"))
        await outer.rollback()
        assert await connection.scalar(text("SELECT count(*) FROM authors")) == 0
    assert seen == ["committed"]


async def test_edge_38_no_callback_runs_when_the_outcome_is_unknown(session, stored, monkeypatch):
    async def lose_the_answer() -> None:
        await commit()
        raise ConnectionResetError

    commit = session.commit
    monkeypatch.setattr(session, "commit", lose_the_answer)
    seen: list[str] = []
    with pytest.raises(CommitOutcomeUnknown, match="check whether it was stored"):
        async with transaction(session) as outer, transaction(session) as tx:
            session.add(ada())
            for register in (outer.after_rollback, tx.after_rollback, tx.after_commit):
                register(lambda: seen.append("called"))
    assert (seen, await stored()) == ([], ["Ada"])


@pytest.mark.parametrize("moment", ["commit", "before_cursor_execute"])
async def test_edge_47_no_callback_runs_when_the_commit_was_cancelled(engine, session, moment):
    seen: list[str] = []

    def cancel(*_) -> None:
        asyncio.current_task().cancel()

    async def work() -> None:
        async with transaction(session) as tx:
            await session.connection()
            session.add(ada())
            tx.after_rollback(lambda: seen.append("rolled back"))
            tx.after_commit(lambda: seen.append("committed"))
            event.listen(engine.sync_engine, moment, cancel)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(work())
    event.remove(engine.sync_engine, moment, cancel)
    known = moment != "commit"
    assert seen == ["rolled back"] * known


async def test_an_unknown_outcome_of_something_else_is_a_rollback(session, stored):
    seen: list[str] = []
    with pytest.raises(CommitOutcomeUnknown, match="check whether it was stored"):
        async with transaction(session) as tx:
            session.add(ada())
            tx.after_rollback(lambda: seen.append("rolled back"))
            raise CommitOutcomeUnknown
    assert (seen, await stored()) == (["rolled back"], [])


async def test_edge_47_a_cancelled_callback_keeps_no_other_from_running(session, stored):
    started, seen = asyncio.Event(), []

    async def wait() -> None:
        started.set()
        await asyncio.Event().wait()

    async def work() -> None:
        async with transaction(session) as tx:
            session.add(ada())
            tx.after_commit(wait)
            tx.after_commit(lambda: seen.append("called"))

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (seen, await stored()) == (["called"], ["Ada"])


@pytest.mark.parametrize("ends", ["well", "badly"])
@pytest.mark.parametrize("inner", [True, False])
async def test_a_callback_behind_the_block_is_refused(session, ends, inner):
    async def block() -> Transaction:
        with suppress(KeyError):
            async with transaction(session) as tx:
                if ends == "badly":
                    raise KeyError("x")
        return tx

    if inner:
        async with transaction(session):
            tx = await block()
    else:
        tx = await block()
    for register in (tx.after_commit, tx.after_rollback):
        with pytest.raises(TransactionMisuse, match=r"has ended.*register it inside"):
            register(lambda: None)
