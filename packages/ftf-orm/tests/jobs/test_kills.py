"""What is left of a job whose process is killed."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import job_kill
import pytest
from job_kill import Fuse, HireOnce
from job_shop import Note

pytestmark = pytest.mark.slow


@pytest.fixture
def killed(shop):
    """Run a worker in a process that is killed at a point, then let its leases end."""
    url = shop.engine.url.render_as_string(hide_password=False)
    shop.registry.register(HireOnce)
    shop.container.instance(Fuse, Fuse("never"))

    async def run(point: str) -> None:
        path = ":".join([*sys.path, str(Path(job_kill.__file__).parent)])
        process = await asyncio.create_subprocess_exec(
            sys.executable, job_kill.__file__, url, point, env={**os.environ, "PYTHONPATH": path}
        )
        assert await process.wait() == -signal.SIGKILL
        await shop.end_leases()

    return run


async def test_job_36_a_job_is_kept_when_the_process_that_enqueued_it_is_killed(shop, killed):
    await killed("enqueued")
    await shop.work()
    assert await shop.names() == ["Ada"]


async def test_job_49_killed_before_the_handler_it_runs_again_once(shop, killed):
    await shop.enqueue(HireOnce("Ada"))
    await killed("before")
    assert await shop.names() == []
    await shop.work()
    assert (await shop.names(), await shop.rows()) == (["Ada"], [])


async def test_job_50_killed_in_the_handler_its_transaction_is_gone(shop, killed):
    await shop.enqueue(HireOnce("Ada"))
    await killed("middle")
    assert await shop.names() == []
    await shop.work()
    assert (await shop.names(), await shop.rows()) == (["Ada"], [])


async def test_job_51_killed_after_its_commit_it_runs_again_and_is_done_once(shop, killed):
    await shop.enqueue(HireOnce("Ada"))
    await killed("committed")
    assert await shop.names() == ["Ada"]
    await shop.work()
    assert (await shop.names(), await shop.rows()) == (["Ada"], [])


async def test_job_52_killed_after_its_scope_it_runs_again_and_is_done_once(shop, killed):
    await shop.enqueue(HireOnce("Ada"))
    await killed("settling")
    await shop.work()
    assert (await shop.names(), await shop.rows()) == (["Ada"], [])


async def test_job_53_a_job_that_kills_its_worker_three_times_has_failed(shop, killed):
    await shop.enqueue(HireOnce("Ada"), unique="ada")
    for _ in range(3):
        await killed("middle")
    await shop.enqueue(Note("a"))
    await shop.work()
    assert (await shop.names(), await shop.rows(), shop.journal) == ([], [], ["a"])
    ((error,),) = await shop.rows("SELECT error FROM ftf_failed_jobs")
    assert error.endswith("WorkerLost: HireOnce was running when its worker was lost, 3 times")
    assert await shop.enqueue(HireOnce("Bob"), unique="ada")
    await shop.work()
    assert await shop.names() == ["Bob"]
