"""The worker of the application's own process."""

import asyncio
from dataclasses import dataclass

import pytest

from ftf.container import Container
from ftf.container.jobs import (
    Job,
    JobBackend,
    JobRegistry,
    Jobs,
    JobsProvider,
    MemoryJobs,
    Worker,
)


async def test_no_worker_runs_where_none_is_wanted(shop):
    async with shop.container:
        await shop.container.boot()
        assert len(asyncio.all_tasks()) == 1


async def test_job_88_the_embedded_worker_runs_from_boot_until_before_singletons_close():
    journal = []

    class Pool: ...

    async def open_pool():
        yield Pool()
        journal.append("pool closed")

    @dataclass(frozen=True)
    class Use(Job):
        async def handle(self, pool: Pool) -> None:
            started.set()
            await release.wait()
            journal.append("used")

    started, release = asyncio.Event(), asyncio.Event()
    async with Container() as container:
        container.add_provider(JobsProvider())
        container.register(Pool, open_pool, scope="singleton")
        JobRegistry.of(container).register(Use)
        container.validate()
        await container.boot()
        async with container.scoped_context() as scope:
            await (await scope.aresolve(Jobs)).enqueue(Use())
        await started.wait()
        asyncio.get_running_loop().call_soon(release.set)
    assert journal == ["used", "pool closed"]
    assert isinstance(container.resolve(JobBackend), MemoryJobs)


async def test_a_worker_that_fails_is_logged_at_once_and_raised_at_the_end(caplog):
    class Gone(MemoryJobs):
        async def claim(self, queues, limit):
            raise ConnectionError("no database")

    container = Container()
    container.add_provider(JobsProvider())
    container.register(JobBackend, Gone, scope="singleton")
    with pytest.RaisesGroup(pytest.RaisesExc(ConnectionError, match="no database")):
        async with container:
            await container.boot()
            await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
            assert "the worker failed, and runs no more jobs" in caplog.text


async def test_a_container_that_starts_again_has_another_worker(shop):
    container = Container()
    container.add_provider(JobsProvider())
    workers = []
    for _ in "ab":
        async with container:
            await container.boot()
            workers.append(await container.aresolve(Worker))
            assert len(asyncio.all_tasks()) > 1
        assert len(asyncio.all_tasks()) == 1
    assert workers[0] is not workers[1]
