"""`once`: what a job does in its transaction is done once, however often it runs."""

import asyncio
from datetime import timedelta

import pytest
from bookshop import Author, AuthorRepository
from sqlalchemy import text

from ftf.orm import TransactionMisuse, transaction
from ftf.orm.jobs import JobTablesMissing, forget_keys, once


async def hire(session, key: str = "1") -> bool:
    async with transaction(session):
        if is_first := await once(session, key):
            await AuthorRepository(session).create(Author(name="Ada"))
    return is_first


async def test_a_key_is_new_once(shop):
    async with shop.scope() as (_, session, _):
        assert await hire(session)
        assert not await hire(session)
        assert await hire(session, "2")
    assert await shop.names() == ["Ada", "Ada"]


async def test_a_key_is_new_again_after_a_rollback(shop):
    async with shop.scope() as (_, session, _):
        with pytest.raises(KeyError, match="x"):
            async with transaction(session):
                assert await once(session, "1")
                raise KeyError("x")
        assert await hire(session)


async def test_a_key_is_noted_with_the_units_of_work_of_a_scope(shop):
    async with shop.scope() as (scope, session, _):
        scope.units.add(session)
        assert await once(session, "1")
        await scope.units.settle(commit=False)
        scope.units.add(session)
        assert await once(session, "1")
        await scope.units.settle(commit=True)
        assert not await hire(session)


async def test_outside_of_a_transaction_a_key_is_refused(shop):
    async with shop.scope() as (_, session, _):
        with pytest.raises(TransactionMisuse, match=r"once\(\) outside of a transaction"):
            await once(session, "1")
        assert await hire(session)


async def test_of_two_attempts_at_once_one_is_the_first(shop):
    async with shop.scope() as (_, session, _), shop.scope() as (_, other, _):
        assert sorted(await asyncio.gather(hire(session), hire(other))) == [False, True]
    assert await shop.names() == ["Ada"]


async def test_old_keys_can_be_forgotten(shop):
    async with shop.scope() as (_, session, _):
        await hire(session)
        assert await forget_keys(session, older_than=timedelta(days=1)) == 0
        assert await forget_keys(session, older_than=timedelta(0)) == 1
        assert await hire(session)


async def test_without_its_table_the_remedy_is_named(shop):
    async with shop.engine.begin() as connection:
        await connection.execute(text("DROP TABLE ftf_processed"))
    async with shop.scope() as (_, session, _):
        with pytest.raises(JobTablesMissing):
            await hire(session)
        with pytest.raises(JobTablesMissing):
            await forget_keys(session, older_than=timedelta(0))
