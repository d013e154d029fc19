"""`python -m ftf.container.jobs` with jobs in the database, and the URL that says so."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import job_worker
import pytest
from job_worker import HireSlowly

from ftf.container import Container
from ftf.container.jobs import Done, JobBackend, JobsProvider, ScheduleStore, Worker
from ftf.orm import DatabaseProvider
from ftf.orm.jobs import DatabaseJobs, DatabaseSchedules, FailedJobs


@pytest.fixture
def worker(shop):
    """Run a worker in a process of its own, which is killed if the test leaves it."""
    shop.registry.register(HireSlowly)
    folders = ":".join([*sys.path, str(Path(job_worker.__file__).parent)])
    url = shop.engine.url.render_as_string(hide_password=False)
    settings = {**os.environ, "PYTHONPATH": folders, "DATABASE_URL": url}

    @asynccontextmanager
    async def running(grace: float, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
        command = ["-m", "ftf.container.jobs", "job_worker:container", "--grace", str(grace)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=settings | more, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    return running


async def stop(process: asyncio.subprocess.Process) -> None:
    """Send SIGTERM, and wait until the worker has noticed."""
    process.send_signal(signal.SIGTERM)
    async for line in process.stderr:
        if b"stopping" in line:
            return
    pytest.fail("the worker has ended without noticing")


@pytest.mark.slow
async def test_job_81_a_job_that_runs_may_end_and_its_row_is_gone(shop, worker):
    await shop.enqueue(HireSlowly("line"))
    async with worker(600) as process:
        assert await process.stdout.readline() == b"attempt 1\n"
        await stop(process)
        process.stdin.write(b"\n")
        assert await process.wait() == 0
    assert (await shop.names(), await shop.rows()) == (["line"], [])


@pytest.mark.slow
async def test_job_82_a_job_that_takes_too_long_is_released_and_no_attempt_is_spent(shop, worker):
    await shop.enqueue(HireSlowly("Ada"))
    async with worker(0.01, HANG="yes") as process:
        assert await process.stdout.readline() == b"attempt 1\n"
        await stop(process)
        assert await process.wait() == 0
    assert len(await shop.rows()) == 1
    async with worker(600) as process:  # no lease has to end before
        assert await process.stdout.readline() == b"attempt 1\n"
        await stop(process)
        assert await process.wait() == 0
    assert (await shop.names(), await shop.rows()) == (["Ada"], [])


@pytest.mark.slow
async def test_job_56_a_process_that_was_halted_until_its_lease_ended_notes_nothing(shop, worker):
    await shop.enqueue(HireSlowly("line"))
    async with worker(600) as process:
        assert await process.stdout.readline() == b"attempt 1\n"
        process.send_signal(signal.SIGSTOP)
        await shop.end_leases()
        other = DatabaseJobs(shop.engine, lease_seconds=3600)
        (again,) = await other.claim((), 1)
        process.send_signal(signal.SIGCONT)
        process.stdin.write(b"\n")
        async for line in process.stderr:
            if b"LeaseLost" in line:
                break
        await stop(process)
        assert await process.wait() == 0
    assert (again.attempt, again.crashes) == (0, 1)
    assert len(await shop.rows()) == 1  # it is the one of the second claim
    await other.settle(again, Done())
    assert await shop.rows() == []


@pytest.mark.parametrize(
    ("url", "embedded"), [("database:", False), ("database:?worker=embedded", True)]
)
async def test_a_url_keeps_jobs_in_the_database(shop, database_url, url, embedded):
    async with Container() as container:
        container.add_provider(DatabaseProvider(database_url), JobsProvider(url))
        await container.boot()
        assert isinstance(await container.aresolve(JobBackend), DatabaseJobs)
        assert isinstance(await container.aresolve(ScheduleStore), DatabaseSchedules)
        assert FailedJobs in container
        assert Worker in container
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert ("ftf.container.jobs" in names) is embedded


def test_a_url_with_a_parameter_is_refused():
    with pytest.raises(ValueError, match="'size' is not a parameter of `database:`"):
        Container().add_provider(JobsProvider("database:?size=4"))
