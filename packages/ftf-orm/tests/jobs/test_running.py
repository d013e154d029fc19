"""Jobs in a database: how they are claimed, run and settled."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

import pytest
from bookshop import Author, AuthorRepository
from job_shop import Failing, Hire, Journal, Note, WatchedDatabaseJobs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container import Container
from ftf.container.jobs import (
    Discard,
    Job,
    JobBackend,
    JobRegistry,
    Jobs,
    JobsProvider,
    Retry,
    Runner,
)
from ftf.orm import DatabaseProvider, create_engine, transaction
from ftf.orm.jobs import DatabaseJobs, JobTablesMissing


@dataclass(frozen=True)
class Ending(Job, attempts=3):
    """Ends as its field says."""

    how: str

    async def handle(self) -> None:
        raise {"discard": Discard("gone"), "retry": Retry(3600), "error": ValueError("\0 \ud800")}[
            self.how
        ]


STATE = "SELECT attempt, crashes, token IS NULL, due_at > enqueued_at FROM ftf_jobs"


async def test_a_job_that_is_done_leaves_no_row(shop):
    await shop.enqueue(Hire("Ada"), Note("a"))
    await shop.work()
    assert (await shop.names(), shop.journal, await shop.rows()) == (["Ada"], ["a"], [])


async def test_jobs_run_in_the_order_in_which_they_are_due(shop):
    async with shop.scope() as (_, session, jobs), transaction(session):
        for number in range(5):
            await jobs.enqueue(Note(str(number)))
    await shop.work(concurrency=1)
    assert shop.journal == ["0", "1", "2", "3", "4"]


async def test_a_worker_runs_the_jobs_of_its_queues(shop):
    await shop.enqueue(Note("a"), Hire("Ada"))
    await shop.enqueue(Note("b"), queue="other")
    await shop.work(queues=["default", "other"])
    assert (shop.journal, await shop.names()) == (["a", "b"], [])
    assert await shop.rows() == [("Hire", "staff")]


async def test_job_79_a_long_queue_does_not_hold_up_another_one(shop):
    async with shop.scope() as (_, session, jobs), transaction(session):
        await jobs.enqueue_many([Note("a")] * 50, queue="a")
        await jobs.enqueue_many([Note("b")] * 2, queue="b")
    await shop.work(queues=["a", "b"], concurrency=1)
    assert shop.journal[:4].count("b") == 2
    assert len(shop.journal) == 52
    assert await shop.rows() == []


async def test_job_58_two_workers_run_each_job_once(shop, monkeypatch):
    async with shop.scope() as (_, session, jobs), transaction(session):
        await jobs.enqueue_many([Note(str(number)) for number in range(100)])
    other = WatchedDatabaseJobs(shop.engine)
    started = [shop.start(), shop.start(other)]
    await asyncio.gather(shop.backend.idle.wait(), other.idle.wait())
    for worker, _ in started:
        worker.stop()
    await asyncio.gather(*(running for _, running in started))
    assert sorted(shop.journal, key=int) == [str(number) for number in range(100)]
    assert await shop.rows() == []


async def test_job_59_a_job_that_fails_runs_again_and_is_kept_then(shop):
    (id_,) = await shop.enqueue(Failing())
    await shop.work()
    assert shop.journal == ["attempt 1", "attempt 2"]
    assert await shop.rows() == []
    ((found, attempt, error),) = await shop.rows("SELECT id, attempt, error FROM ftf_failed_jobs")
    assert (found, attempt, error) == (id_, 1, "ValueError: no paper")


async def test_job_60_a_retry_waits_and_a_discarded_job_is_gone(shop):
    shop.registry.register(Ending)
    await shop.enqueue(Ending("discard"))
    await shop.enqueue(Ending("retry"), unique="letter")
    await shop.work()
    assert await shop.rows(STATE) == [(1, 0, True, True)]
    assert await shop.rows("SELECT id FROM ftf_failed_jobs") == []


async def test_job_77_an_error_that_no_text_can_hold_is_stored_all_the_same(shop, caplog):
    caplog.set_level(logging.CRITICAL, "ftf")  # pytest-xdist cannot send what is logged
    shop.registry.register(Ending)
    await shop.enqueue(Ending("error"))
    for _ in range(3):
        await shop.work()
        await shop.end_leases()
    ((error, trace),) = await shop.rows("SELECT error, traceback FROM ftf_failed_jobs")
    assert error == "ValueError: \\0 \\ud800"
    assert 'raise {"discard"' in trace


async def test_job_47_a_payload_that_is_not_json_fails_and_is_kept(shop):
    await shop.enqueue(Note("a"))
    async with shop.engine.begin() as connection:
        await connection.execute(text("UPDATE ftf_jobs SET payload = 'no json'"))
    await shop.work()
    ((payload, error),) = await shop.rows("SELECT payload, error FROM ftf_failed_jobs")
    assert payload == "no json"
    assert "which is not an object" in error


async def test_job_66_each_job_has_a_session_of_its_own(shop):
    sessions: list[AsyncSession] = []

    @dataclass(frozen=True)
    class Keep(Job):
        async def handle(self, session: AsyncSession) -> None:
            await session.execute(text("SELECT 1"))
            sessions.append(session)

    shop.registry.register(Keep)
    await shop.enqueue(Keep(), Keep())
    await shop.work()
    assert sessions[0] is not sessions[1]
    assert not any(session.in_transaction() for session in sessions)


async def test_job_73_jobs_that_a_failing_job_enqueued_do_not_exist(shop):
    @dataclass(frozen=True)
    class Spawn(Job, attempts=1):
        async def handle(self, session: AsyncSession, jobs: Jobs) -> None:
            async with transaction(session):
                await AuthorRepository(session).create(Author(name="Ada"))
                await jobs.enqueue(Note("a"))
                raise ValueError("no")

    shop.registry.register(Spawn)
    await shop.enqueue(Spawn())
    await shop.work()
    assert (shop.journal, await shop.names(), await shop.rows()) == ([], [], [])


async def test_a_worker_notices_jobs_of_its_own_process_at_once_and_of_others_soon(shop):
    backend = WatchedDatabaseJobs(shop.engine, poll_seconds=3600)
    shop.container.instance(JobBackend, backend)
    worker, running = shop.start(backend)
    await backend.idle.wait()
    await shop.enqueue(Note("here"))
    await shop.journal.reaches(1)
    worker.stop()
    await running
    backend = WatchedDatabaseJobs(shop.engine, poll_seconds=0.01)
    worker, running = shop.start(backend)
    await backend.idle.wait()
    await shop.enqueue(Note("elsewhere"))  # by the other backend
    await shop.journal.reaches(2)
    worker.stop()
    await running


async def test_a_delayed_job_runs_when_it_is_due(shop):
    worker, running = shop.start()
    await shop.enqueue(Note("a"), delay=timedelta(milliseconds=20))
    await shop.journal.reaches(1)
    worker.stop()
    await running


async def test_a_job_of_another_thread_wakes_the_worker(shop):
    backend = WatchedDatabaseJobs(shop.engine, poll_seconds=3600)
    with backend._woken() as woken:  # noqa: SLF001  # what enqueue calls in that thread
        await asyncio.to_thread(backend._wake)  # noqa: SLF001
        await woken.wait()


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ("DROP TABLE ftf_jobs", "ftf_jobs"),
        ("DROP TABLE ftf_batches", "ftf_batches"),
        ("ALTER TABLE ftf_jobs DROP COLUMN batch", "batch"),
    ],
)
async def test_a_worker_on_tables_of_an_older_release_ends_with_the_remedy(shop, change, lacks):
    async with shop.engine.begin() as connection:
        await connection.execute(text(change))
    _, running = shop.start()
    with pytest.raises(JobTablesMissing, match=rf"{lacks}.*\): .*alembic upgrade head") as caught:
        await running
    assert lacks in caught.value.problem


async def test_a_database_in_memory_has_no_worker():
    engine = create_engine("sqlite://")
    backend = DatabaseJobs(engine)
    with pytest.raises(RuntimeError, match="A database in memory ends with its process"):
        await backend.work(Runner.run, queues=(), concurrency=1, stop=asyncio.Event())
    await engine.dispose()


async def test_the_embedded_worker_runs_jobs_from_the_boot_to_the_end(shop, database_url):
    async with Container() as container:
        container.add_provider(
            DatabaseProvider(database_url), JobsProvider("database:?worker=embedded&poll=0.05")
        )
        container.register(Journal, scope="singleton")
        JobRegistry.of(container).register(Note)
        container.validate()
        await shop.enqueue(Note("a"))
        await container.boot()
        journal = container.resolve(Journal)
        await journal.reaches(1)
    assert journal == ["a"]


async def test_a_row_is_read_back_as_it_was_enqueued(shop):
    await shop.enqueue(Note("é\0"), unique="letter")
    (claimed,) = await shop.backend.claim((), 1)
    assert (claimed.payload, claimed.unique, claimed.queue) == (
        {"text": "é\0"},
        "letter",
        "default",
    )
    assert claimed.headers == {}


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("database:?lease=soon", "lease=soon in 'database:.lease=soon': write a number of seconds"),
        ("database:?poll=0", "poll=0 in 'database:.poll=0': write a number of seconds over 0"),
        ("database:?lease=inf", "lease=inf"),
        ("database:?queue=mail", "'queue' is not a parameter of `database:`"),
    ],
)
def test_a_url_that_cannot_be_is_refused(url, problem):
    with pytest.raises(ValueError, match=problem):
        Container().add_provider(JobsProvider(url))
