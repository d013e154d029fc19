import asyncio

import pytest
from bookshop import Author, ada

from ftf.orm import DuplicateRecord, TransactionMisuse, run_transaction, transaction


async def test_a_block_is_committed_once_at_its_end(session, authors, stored):
    async with transaction(session) as tx:
        await authors.create(ada())
        await authors.create(Author(name="Bo"))
        assert not tx.is_savepoint
        assert await stored() == []
    assert await stored() == ["Ada", "Bo"]


async def test_a_block_that_raises_leaves_nothing_and_raises_the_same(session, authors, stored):
    with pytest.raises(ZeroDivisionError, match="division"):
        async with transaction(session):
            await authors.create(ada())
            1 / 0  # noqa: B018
    assert await stored() == []
    await authors.create(Author(name="Bo"))
    assert await stored() == ["Bo"]


async def test_what_was_read_before_does_not_make_a_write_wait_for_a_commit(authors, stored):
    await authors.all()
    assert authors.session.in_transaction()
    await authors.create(ada())
    assert await stored() == ["Ada"]


async def test_a_unit_of_work_of_sqlalchemy_s_own_is_left_to_commit(session, authors, stored):
    async with session.begin():
        await authors.create(ada())
        assert await stored() == []
    assert await stored() == ["Ada"]
    async with session.begin_nested():
        await authors.create(Author(name="Bo"))
    await session.rollback()
    assert await stored() == ["Ada"]


async def test_edge_37_an_inner_block_three_deep_is_undone_alone(session, authors, stored):
    async with transaction(session):
        await authors.create(Author(name="first"))
        async with transaction(session) as tx:
            assert tx.is_savepoint
            await authors.create(Author(name="second"))
            with pytest.raises(KeyError, match="third"):
                async with transaction(session):
                    await authors.create(Author(name="third"))
                    raise KeyError("third")
            await authors.create(Author(name="fourth"))
    assert await stored() == ["first", "second", "fourth"]


async def test_edge_36_rows_of_an_inner_block_do_not_survive_the_outer_one(
    session, authors, stored
):
    with pytest.raises(ZeroDivisionError, match="division"):
        async with transaction(session):
            async with transaction(session):
                await authors.create(ada())
            1 / 0  # noqa: B018
    assert await stored() == []


async def test_edge_35_a_failed_write_inside_a_block_leaves_the_block_usable(
    session, authors, stored
):
    async with transaction(session):
        await authors.create(ada())
        with pytest.raises(DuplicateRecord, match="email"):
            await authors.create(ada())
        await authors.create(Author(name="Bo"))
    assert await stored() == ["Ada", "Bo"]


@pytest.mark.parametrize("run", ["transaction", "run_transaction"])
@pytest.mark.parametrize("begin", ["begin", "begin_nested"])
async def test_a_block_inside_a_unit_of_work_of_sqlalchemy_s_own_is_refused(
    session, authors, stored, begin, run
):
    async def work(tx) -> None:
        raise AssertionError("never here")

    with pytest.raises(TransactionMisuse, match=r"inside session\.begin\(\)"):
        async with getattr(session, begin)():
            await authors.create(ada())
            if run == "run_transaction":
                await run_transaction(session, work, attempts=1)
            async with transaction(session):
                await work(None)
    await session.commit()
    assert await stored() == []
    async with transaction(session):
        await authors.create(ada())
    assert await stored() == ["Ada"]


@pytest.mark.parametrize("depth", [1, 2])
async def test_edge_37_a_commit_inside_a_block_is_refused(session, authors, stored, depth):
    message = r"session\.commit\(\) inside transaction\(\)"

    async def nest(depth: int) -> None:
        async with transaction(session):
            await authors.create(Author(name=f"author {depth}"))
            if depth > 1:
                await nest(depth - 1)
            else:
                await session.commit()

    with pytest.raises(TransactionMisuse, match=message):
        await nest(depth)
    assert await stored() == []
    await authors.create(ada())
    assert await stored() == ["Ada"]


async def test_a_savepoint_of_sqlalchemy_s_own_may_end_inside_a_block(session, authors, stored):
    async with transaction(session), session.begin_nested():
        session.add(ada())
    assert await stored() == ["Ada"]


async def test_a_rollback_inside_a_block_is_reported_at_its_end(session, authors, stored):
    with pytest.raises(TransactionMisuse, match="rolled back or closed inside"):
        async with transaction(session):
            await authors.create(ada())
            await session.rollback()
            session.add(Author(name="Bo"))
    assert await stored() == []


async def test_a_block_takes_in_what_was_pending(session, stored):
    session.add(ada())
    await session.flush()
    async with transaction(session):
        session.add(Author(name="Bo"))
    assert await stored() == ["Ada", "Bo"]


async def test_edge_47_a_cancelled_block_is_rolled_back(session, authors, stored):
    started = asyncio.Event()

    async def work() -> None:
        async with transaction(session):
            await authors.create(ada())
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await stored() == []
    await authors.create(Author(name="Bo"))
    assert await stored() == ["Bo"]


async def test_a_transaction_leaves_nothing_behind(session, authors):
    async with transaction(session) as tx:
        await authors.create(ada())
    assert session.info["ftf.orm"].transaction is None
    assert not session.info["ftf.orm"].in_use
    assert tx.session is session
