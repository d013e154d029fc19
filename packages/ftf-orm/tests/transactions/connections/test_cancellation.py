"""What is left of a connection when its task is cancelled while the driver is busy."""

import asyncio
from contextlib import nullcontext

import pytest
from bookshop import Author, AuthorRepository
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import ColumnNotLoaded, create_engine, transaction


@pytest.fixture
async def small(engine, database_url):
    """An engine with one connection, so that a test that leaves it in use fails at the next one."""
    engine = create_engine(database_url, pool_size=1, max_overflow=0)
    yield engine
    await engine.dispose()


def cancel_while(target, moment: str, statement: str = "") -> None:
    """Cancel the task that comes to a moment first, as soon as it waits for the driver."""
    tasks = []

    def cancel(*arguments) -> None:
        if not tasks and (not statement or arguments[2].startswith(statement)):
            tasks.append(asyncio.current_task())
            tasks[0].cancel()

    event.listen(target, moment, cancel)


async def write(engine, *, fail: bool = False) -> None:
    async with AsyncSession(engine, expire_on_commit=False) as session, transaction(session):
        authors = AuthorRepository(session)
        await authors.create(Author(name="Ada"))
        await authors.count()
        if fail:
            raise KeyError("on purpose")


async def assert_cancelled_for_nothing(engine, **how: bool) -> None:
    """Be cancelled, and see that all is as before."""
    task = asyncio.create_task(write(engine, **how))
    await asyncio.wait([task])
    assert task.cancelled()
    assert engine.pool.checkedout() == 0
    await write(engine)
    with pytest.raises(asyncio.CancelledError):
        await task  # it and what it refers to have lived until now


@pytest.mark.parametrize("statement", ["INSERT", "SELECT", "SAVEPOINT", "RELEASE"])
async def test_edge_47_a_task_cancelled_in_a_statement_keeps_no_lock(small, statement):
    cancel_while(small.sync_engine, "before_cursor_execute", statement)
    await assert_cancelled_for_nothing(small)


@pytest.mark.parametrize("moment", ["commit", "rollback"])
async def test_edge_47_a_task_cancelled_in_a_commit_or_rollback_keeps_no_lock(small, moment):
    await write(small)
    cancel_while(small.sync_engine, moment)
    await assert_cancelled_for_nothing(small, fail=moment == "rollback")


async def test_edge_47_a_task_is_not_cancelled_between_its_commit_and_what_follows(small):
    async def work() -> None:
        async with AsyncSession(small, expire_on_commit=False) as session:
            session.add(Author(name="Ada"))
            await session.commit()
            followed.append(True)

    followed: list[bool] = []
    cancel_while(small.sync_engine, "reset")
    task = asyncio.create_task(work())
    await asyncio.wait([task])
    assert followed
    assert small.pool.checkedout() == 0


@pytest.mark.parametrize("inside", [True, False])
async def test_a_task_cancelled_in_the_rollback_of_a_failed_write_keeps_what_was_loaded(
    small, inside
):
    async def clash() -> None:
        cancel_while(small.sync_engine, "rollback_savepoint" if inside else "rollback")
        async with transaction(session) if inside else nullcontext():
            await authors.create(Author(name="Bo", email="a@b.c"))

    async with AsyncSession(small, expire_on_commit=False) as session:
        authors = AuthorRepository(session)
        ada = await authors.create(Author(name="Ada", email="a@b.c", books=[]))
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(clash())
        assert (ada.name, ada.books) == ("Ada", [])
        assert await authors.count() == 1


@pytest.mark.parametrize("inside", [True, False])
async def test_a_task_cancelled_in_a_commit_leaves_no_record_that_it_may_have_changed(
    small, inside
):
    async def change() -> None:
        cancel_while(small.sync_engine, "commit")
        ada.name = "Eve"
        async with transaction(session) if inside else nullcontext():
            await authors.update(ada)
            await authors.create(bo)

    async with AsyncSession(small, expire_on_commit=False) as session:
        authors = AuthorRepository(session)
        ada = await authors.create(Author(name="Ada"))
        bo = Author(name="Bo")
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(change())
        with pytest.raises(ColumnNotLoaded, match=r"Author\.name"):
            _ = ada.name
        ada.name = "Eve"
        await authors.update(ada)
    async with AsyncSession(small, expire_on_commit=False) as session:
        assert (await AuthorRepository(session).find_or_fail(ada.id)).name == "Eve"
    assert (bo.id is not None) is inside  # so that it can be looked for
