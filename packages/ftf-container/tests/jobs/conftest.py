"""A container with jobs in memory, and a worker that a test runs until nothing is due."""

import asyncio
from collections.abc import Sequence

import pytest
from services import Journal

from ftf.container import Container
from ftf.container.jobs import (
    Envelope,
    Job,
    JobBackend,
    JobRegistry,
    Jobs,
    JobsProvider,
    MemoryJobs,
    Worker,
)


class WatchedJobs(MemoryJobs):
    """Jobs in memory that notice when no job runs and none is due."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = asyncio.Event()
        self.settled: list[tuple[Envelope, object]] = []
        self.running = 0

    async def claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:
        claimed = await super().claim(queues, limit)
        self.running += len(claimed)
        return claimed

    async def settle(self, envelope: Envelope, outcome: object) -> None:
        await super().settle(envelope, outcome)
        self.settled.append((envelope, outcome))
        self.running -= 1

    async def wait(self, queues: Sequence[str]) -> None:
        if not self.running:
            self.idle.set()
        await super().wait(queues)

    @property
    def outcomes(self) -> list[str]:
        return [type(outcome).__name__ for _, outcome in self.settled]


class Shop:
    """A container, its jobs, and a journal of what they did."""

    def __init__(self, container: Container, backend: WatchedJobs) -> None:
        self.container, self.backend = container, backend
        self.registry = JobRegistry.of(container)
        self.journal = container.resolve(Journal)

    async def enqueue(self, *jobs: Job, **options: object) -> list[str]:
        async with self.container.scoped_context() as scope:
            self.registry.register(*map(type, jobs))
            return [await (await scope.aresolve(Jobs)).enqueue(job, **options) for job in jobs]

    def start(self, **options: object) -> tuple[Worker, asyncio.Task[None]]:
        worker = Worker(self.container, self.backend, self.registry, **options)
        self.backend.idle.clear()
        return worker, asyncio.create_task(worker.run())

    async def work(self, **options: object) -> None:
        """Run jobs until none is due."""
        worker, running = self.start(**options)
        idle = asyncio.create_task(self.backend.idle.wait())
        await asyncio.wait({running, idle}, return_when="FIRST_COMPLETED")
        worker.stop()
        await running


@pytest.fixture
async def shop() -> Shop:
    container, backend = Container(), WatchedJobs()
    container.add_provider(JobsProvider(concurrency=0))
    container.instance(JobBackend, backend)
    container.register(Journal, scope="singleton")
    return Shop(container, backend)
