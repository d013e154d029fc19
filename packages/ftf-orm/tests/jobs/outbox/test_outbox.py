"""Jobs in the database that a broker carries to the workers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points

import pytest
from job_post import Post
from job_shop import Failing, Hire, Note, OutboxShop, shop_on

from ftf.container import Container
from ftf.container.jobs import (
    Done,
    Envelope,
    JobBackend,
    JobsProvider,
    JobsUrl,
    JobTransport,
    LeaseLost,
    ScheduleStore,
)
from ftf.orm import DatabaseProvider, DatabaseUnavailable, create_engine, transaction
from ftf.orm.jobs import (
    DatabaseSchedules,
    FailedJobs,
    JobTablesMissing,
    OutboxJobs,
    jobs_metadata,
)


@pytest.fixture
async def shop(engine, database_url) -> AsyncIterator[OutboxShop]:
    async with shop_on(engine, database_url, "outbox") as shop:
        yield shop


async def test_job_31_a_job_is_sent_after_the_commit(shop):
    async with shop.scope() as (_, session, jobs), transaction(session):
        id_ = await jobs.enqueue(Hire("Ada"))
        await shop.backend.close()
        assert shop.post.sent == []
    await shop.backend.close()
    assert shop.post.sent == [("staff", id_.encode())]
    await shop.work()
    assert (await shop.names(), await shop.rows()) == (["Ada"], [])
    assert shop.post.accepted == [id_.encode()]


async def test_job_35_a_job_waits_while_the_broker_is_down_and_runs_once_then(shop, caplog):
    shop.post.is_down = True
    await shop.enqueue(Note("a"), Note("b"))
    await shop.backend.close()
    assert "jobs are sent in 5 s: ConnectionError('the post is on strike')" in caplog.text
    assert len(await shop.rows("SELECT id FROM ftf_jobs WHERE token IS NULL")) == 2
    await shop.end_leases()
    worker, running = shop.start()
    shop.post.attempted.clear()
    await shop.post.attempted.wait()  # by the relay of the worker, which fails as well
    worker.stop()
    await running
    shop.post.is_down = False
    await shop.end_leases()
    await shop.work()
    assert (sorted(shop.journal), await shop.rows()) == (["a", "b"], [])


async def test_job_42_a_delayed_job_is_sent_when_it_is_due(shop):
    (id_,) = await shop.enqueue(Note("later"), delay=timedelta(hours=1))
    await shop.work()
    assert (shop.journal, shop.post.sent) == ([], [])
    await shop.end_leases()
    await shop.work()
    assert (shop.journal, shop.post.sent) == (["later"], [("default", id_.encode())])


async def test_job_57_a_message_that_is_delivered_twice_runs_once(shop):
    shop.post.copies = 3
    await shop.enqueue(*(Note(str(number)) for number in range(20)))
    await shop.work()
    assert sorted(shop.journal, key=int) == [str(number) for number in range(20)]
    assert await shop.rows() == []


async def test_job_92_a_message_that_the_broker_confirms_too_late_runs_once(shop, caplog):
    shop.post.is_late = True  # it has the message, and its answer is lost
    await shop.enqueue(Note("a"))
    await shop.backend.close()
    assert "jobs are sent in 5 s: TimeoutError()" in caplog.text
    shop.post.is_late = False
    await shop.end_leases()
    await shop.work()
    assert (shop.journal, len(shop.post.sent)) == (["a"], 2)


async def test_job_57_a_message_that_is_no_job_is_dropped(shop):
    await shop.post.send("default", b"\xff\0nonsense")
    await shop.enqueue(Note("a"))
    await shop.work()
    assert shop.journal == ["a"]
    assert b"\xff\0nonsense" in shop.post.accepted


async def test_job_59_a_job_that_fails_is_sent_again_and_is_kept_as_failed(shop):
    await shop.enqueue(Failing())
    await shop.work()
    assert shop.journal == ["attempt 1", "attempt 2"]
    ((error,),) = await shop.rows("SELECT error FROM ftf_failed_jobs")
    assert error == "ValueError: no paper"


async def test_job_74_what_follows_a_job_is_sent(shop):
    async with shop.scope() as (_, _, jobs):
        await jobs.chain(Note("a"), Hire("Ada"), Note("b"))
    await shop.work()
    assert (shop.journal, await shop.names()) == (["a", "b"], ["Ada"])


async def test_job_84_what_is_taken_while_the_worker_is_cancelled_is_released(shop):
    await shop.enqueue(*(Note(str(number)) for number in range(5)))
    await shop.backend.close()
    _, running = shop.start()
    shop.post.on_accept = running.cancel
    await asyncio.wait([running])
    assert (shop.journal, running.cancelled()) == ([], True)
    shop.post.on_accept = None
    assert await shop.rows("SELECT id FROM ftf_jobs WHERE token <> 'sent'") == []
    await shop.work()
    assert sorted(shop.journal) == [str(number) for number in range(5)]
    assert await shop.rows() == []


async def test_job_91_a_message_that_was_lost_is_sent_again(shop):
    await shop.enqueue(Note("a"))
    await shop.backend.close()
    shop.post.queues.clear()  # as by a broker that has lost its memory
    await shop.end_leases()
    await shop.work()
    assert (shop.journal, len(shop.post.sent)) == (["a"], 2)
    assert await shop.rows() == []


async def test_job_91_two_relays_send_a_job_once(shop):
    shop.post.is_down = True
    await shop.enqueue(*(Note(str(number)) for number in range(40)))
    await shop.backend.close()
    shop.post.is_down = False
    await shop.end_leases()
    worker, running = shop.start()
    await shop.work()
    worker.stop()
    await running
    assert sorted(shop.journal, key=int) == [str(number) for number in range(40)]
    assert len(shop.post.sent) == 40


async def test_a_worker_ends_if_its_database_lacks_the_tables(shop):
    async with shop.engine.begin() as connection:
        await connection.run_sync(jobs_metadata.drop_all)
    _, running = shop.start()
    with pytest.raises(JobTablesMissing, match="lacks a table or column of jobs"):
        await running


async def test_a_worker_ends_if_its_tables_are_gone_while_it_waits(shop):
    _, running = shop.start()
    await shop.enqueue(Note("a"))
    await shop.journal.reaches(1)
    while await shop.rows():  # until the job is settled
        pass
    async with shop.engine.begin() as connection:
        await connection.run_sync(jobs_metadata.drop_all)
    with pytest.raises(JobTablesMissing, match="lacks a table or column of jobs"):
        await running


async def test_job_90_a_worker_whose_database_fails_goes_on(shop, monkeypatch, caplog):
    leases, failing = shop.backend._leases, {"take", "hand_over"}  # noqa: SLF001  # to fail once

    def failing_once(name: str, call):
        async def replaced(*given):
            if name in failing:
                failing.remove(name)
                raise DatabaseUnavailable("gone")
            return await call(*given)

        return replaced

    for name in tuple(failing):
        monkeypatch.setattr(leases, name, failing_once(name, getattr(leases, name)))
    await shop.enqueue(Note("a"))
    await shop.work()
    assert (shop.journal, failing) == (["a"], set())
    assert "Jobs are not taken for" in caplog.text
    assert "Jobs are not sent for" in caplog.text


async def test_job_55_the_outcome_of_a_job_that_is_not_held_is_refused(shop):
    envelope = Envelope("no-such-id", "Note", {"text": "a"}, "default", datetime.now(UTC))
    with pytest.raises(LeaseLost, match="Note no-such-id was handed out again"):
        await shop.backend.settle(envelope, Done())


async def test_the_outbox_that_a_url_asks_for_is_this_one(database_url):
    (entry,) = entry_points(group="ftf.jobs.outbox")
    async with Container() as container:
        container.add_provider(DatabaseProvider(database_url), JobsProvider(concurrency=0))
        container.instance(JobTransport, Post())
        with pytest.raises(ValueError, match="resend=never in 'post://x"):
            entry.load()(container, JobsUrl.of("post://x?outbox=true&resend=never"))
        entry.load()(container, JobsUrl.of("post://x?outbox=true&lease=5&poll=2&resend=7"))
        assert isinstance(await container.aresolve(JobBackend), OutboxJobs)
        assert isinstance(await container.aresolve(ScheduleStore), DatabaseSchedules)
        assert FailedJobs in container


async def test_a_database_in_memory_has_no_worker():
    engine = create_engine("sqlite:///:memory:")
    async with shop_on(engine, "sqlite:///:memory:", "outbox") as shop:
        _, running = shop.start()
        with pytest.raises(RuntimeError, match="A database in memory ends with its process"):
            await running
    await engine.dispose()
