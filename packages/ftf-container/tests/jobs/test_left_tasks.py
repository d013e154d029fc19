"""Tasks that a job has started and left running when its attempt ended."""

import asyncio
from contextvars import Context
from dataclasses import dataclass

import pytest
from services import Journal

from ftf.container import Scope
from ftf.container.jobs import Job, JobRun


async def test_job_72_a_task_that_is_left_running_is_cancelled_with_a_warning(shop, caplog):
    tasks = []

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            shop.journal.append("lingered")

    @dataclass(frozen=True)
    class Starting(Job):
        async def handle(self) -> None:
            tasks.append(asyncio.create_task(linger()))
            await asyncio.sleep(0)

    await shop.enqueue(Starting())
    await shop.work()
    assert shop.journal == ["lingered"]
    assert "left test_job_72" in caplog.text
    assert "linger running: it is cancelled" in caplog.text
    assert shop.backend.outcomes == ["Done"]


async def test_job_72_the_tasks_of_the_process_are_looked_at_only_after_a_job_that_left_one(shop):
    class Other(asyncio.Task[bool]):
        looks = 0

        def get_context(self) -> Context:
            self.looks += 1
            return super().get_context()

    @dataclass(frozen=True)
    class Starting(Job):
        async def handle(self) -> None:
            shop.journal.append(asyncio.create_task(asyncio.Event().wait()))

    @dataclass(frozen=True)
    class Plain(Job):
        async def handle(self, journal: Journal, run: JobRun, scope: Scope) -> None:
            await asyncio.create_task(asyncio.sleep(0))

    other = Other(asyncio.Event().wait(), loop=asyncio.get_running_loop())
    shop.registry.register(Starting, Plain)
    await shop.enqueue(*(Plain() for _ in range(20)))
    await shop.work()
    assert other.looks == 0
    await shop.enqueue(Starting())
    await shop.work()
    assert other.looks == 1
    other.cancel()


@pytest.mark.parametrize(
    ("seconds", "raises", "outcome"),
    [(None, False, "Done"), (None, True, "Failed"), (0.5, False, "Failed")],
)
async def test_job_72_also_the_task_of_a_task_whatever_became_of_the_job(
    shop, caplog, seconds, raises, outcome
):
    begun = asyncio.Event()

    async def linger() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def start() -> None:
        shop.journal.append(asyncio.create_task(linger()))

    @dataclass(frozen=True)
    class Starting(Job, attempts=1, timeout=seconds):
        async def handle(self) -> None:
            await asyncio.create_task(start())
            await begun.wait()
            if raises:
                raise ValueError("no")
            if seconds:
                await asyncio.Event().wait()

    await shop.enqueue(Starting())
    await shop.work()
    assert shop.journal[0].cancelled()
    assert "linger running: it is cancelled" in caplog.text
    assert shop.backend.outcomes == [outcome]
