"""Failed jobs: listed, retried, forgotten and pruned."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from bookshop import Author, AuthorRepository
from job_shop import Failing, Note
from sqlalchemy import text

from ftf.orm import transaction
from ftf.orm.jobs import FailedJobs, JobExists, JobTablesMissing, NoSuchFailedJob

NOW = datetime.now(UTC)


@pytest.fixture
async def failed(shop):
    """The failed jobs, in a session of the test."""
    shop.container.register(FailedJobs, scope="scoped")
    async with shop.scope() as (scope, _, _):
        yield await scope.aresolve(FailedJobs)


async def fail(shop, *messages: str, **options: object) -> list[str]:
    ids = await shop.enqueue(*map(Failing, messages), **options)
    await shop.work(concurrency=1)
    shop.journal.clear()
    return ids


async def set_aside(shop, days: int, id_: str = "%") -> None:
    async with shop.engine.begin() as connection:
        statement = text("UPDATE ftf_failed_jobs SET failed_at = :at WHERE id LIKE :id")
        at = NOW - timedelta(days=days)
        given = {"at": at if connection.dialect.name == "postgresql" else f"{at:%F %T.000000}"}
        await connection.execute(statement, {**given, "id": id_})


async def test_job_77_failed_jobs_are_listed_with_all_that_is_known(shop, failed):
    first, second = await fail(shop, "a", "b", unique="")
    newest, oldest = await failed.list()
    assert (newest.envelope.id, oldest.envelope.id) == (second, first)
    assert (oldest.error, oldest.envelope.name) == ("ValueError: a", "Failing")
    assert (oldest.envelope.payload, oldest.envelope.attempt) == ({"message": "a"}, 1)
    assert "raise ValueError(self.message)" in oldest.traceback
    assert oldest.failed_at >= oldest.envelope.enqueued_at
    assert [each.envelope.id for each in await failed.list(limit=1)] == [second]
    assert await failed.list(name="Note") == []
    assert len(await failed.list(name="Failing")) == 2


async def test_job_77_a_retried_job_has_its_id_and_all_attempts(shop, failed):
    (id_,) = await fail(shop, "a", queue="letters")
    await failed.retry(id_)
    assert await failed.list() == []
    assert await shop.rows("SELECT id, queue, attempt, crashes FROM ftf_jobs") == [
        (id_, "letters", 0, 0)
    ]
    await shop.work()
    assert shop.journal == ["attempt 1", "attempt 2"]
    assert [each.envelope.id for each in await failed.list()] == [id_]


async def test_job_77_a_failed_job_that_was_retried_meanwhile_is_an_error(shop, failed):
    (id_,) = await fail(shop, "a")
    await failed.retry(id_)
    for again in (failed.retry, failed.forget):
        with pytest.raises(NoSuchFailedJob, match=f"No failed job has the id '{id_}'"):
            await again(id_)
    assert len(await shop.rows()) == 1


async def test_job_77_two_people_who_retry_at_once_are_one_job(shop, failed):
    (id_,) = await fail(shop, "a")
    async with shop.scope() as (scope, _, _):
        other = await scope.aresolve(FailedJobs)
        tried = await asyncio.gather(failed.retry(id_), other.retry(id_), return_exceptions=True)
    assert sorted(type(each).__name__ for each in tried) == ["NoSuchFailedJob", "NoneType"]
    assert len(await shop.rows()) == 1


async def test_a_retry_is_rolled_back_with_the_transaction_around_it(shop, failed):
    (id_,) = await fail(shop, "a")
    async with shop.scope() as (scope, session, _):
        with pytest.raises(KeyError, match="x"):
            async with transaction(session):
                await (await scope.aresolve(FailedJobs)).retry(id_)
                raise KeyError("x")
    assert await shop.rows() == []
    assert len(await failed.list()) == 1


async def test_job_40_a_unique_text_is_free_when_its_job_has_ended(shop, failed):
    await fail(shop, "a", unique="letter")
    await shop.enqueue(Note("a"), unique="letter")
    await shop.work()
    await shop.enqueue(Note("b"), unique="letter")
    await shop.work()
    assert shop.journal == ["a", "b"]


async def test_job_41_a_job_whose_unique_text_is_taken_is_not_retried(shop, failed):
    (id_,) = await fail(shop, "a", unique="letter")
    (holder,) = await shop.enqueue(Note("a"), unique="letter")
    async with shop.scope() as (scope, session, _), transaction(session):
        await AuthorRepository(session).create(Author(name="Ada"))
        with pytest.raises(JobExists, match=f"The job {holder} has unique='letter'") as caught:
            await (await scope.aresolve(FailedJobs)).retry(id_)
        assert (caught.value.unique, caught.value.id) == ("letter", holder)
    assert await shop.names() == ["Ada"]
    assert [each.envelope.id for each in await failed.list()] == [id_]
    await shop.work()
    await failed.retry(id_)
    assert len(await shop.rows()) == 1


async def test_all_failed_jobs_of_a_name_are_retried_but_those_whose_text_is_taken(shop, failed):
    await fail(shop, "a", "b")
    (taken,) = await fail(shop, "c", unique="letter")
    await shop.enqueue(Note("a"), unique="letter")
    assert await failed.retry_all(name="Note") == 0
    assert await failed.retry_all() == 2
    assert [each.envelope.id for each in await failed.list()] == [taken]
    assert len(await shop.rows()) == 3


async def test_a_failed_job_can_be_forgotten(shop, failed):
    first, second = await fail(shop, "a", "b")
    await failed.forget(first)
    assert [each.envelope.id for each in await failed.list()] == [second]


async def test_job_78_old_failures_are_pruned_in_batches(shop, failed, monkeypatch, statements):
    monkeypatch.setattr("ftf.orm.jobs._pruning._AT_ONCE", 2)
    *old, young = await fail(shop, "a", "b", "c", "d", "e", "f")
    await set_aside(shop, 8)
    await set_aside(shop, 6, young)
    statements.clear()
    assert await failed.prune(older_than=timedelta(days=7)) == len(old)
    assert len([each for each in statements if each.startswith("DELETE")]) == 3
    assert [each.envelope.id for each in await failed.list()] == [young]
    assert await failed.prune(older_than=timedelta(days=7)) == 0


async def test_failed_jobs_without_tables_name_the_remedy(shop, failed):
    async with shop.engine.begin() as connection:
        await connection.execute(text("DROP TABLE ftf_failed_jobs"))
    for call in (
        failed.list(),
        failed.retry("1"),
        failed.retry_all(),
        failed.forget("1"),
        failed.prune(older_than=timedelta(1)),
    ):
        with pytest.raises(JobTablesMissing):
            await call
