"""What jobs cost, beside the same done by hand and by taskiq: `nox -s bench -- jobs`.

CPU time. The contenders take turns, round after round, and the median of the quotients counts, so
that whatever else the machine does meets all of them alike.
"""

import asyncio
import logging
import tracemalloc
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from statistics import median
from time import process_time_ns

from jobs_on_taskiq import ByTaskiq, ByTaskiqJobs
from table import table

from ftf.container import Container
from ftf.container.jobs import Job, JobBackend, JobRegistry, Jobs, JobsProvider, MemoryJobs, Worker

JOBS = 1_000
MANY = 100_000
HEAD = ["", "times row one", "µs for each job"]

type Measured = Callable[[], Awaitable[None]]


class Mailer:
    """A service of a job's scope."""


@dataclass(frozen=True)
class Send(Job):
    """A job that does nothing."""

    number: int

    async def handle(self, mailer: Mailer) -> None:
        """Do nothing."""


class Drained(MemoryJobs):
    """Jobs in memory that stop the worker when none is left."""

    worker: Worker

    async def wait(self, queues: object) -> None:  # noqa: ARG002  # of all queues
        """Stop the worker."""
        self.worker.stop()


class Bench:
    """A container with jobs, and what is measured."""

    def __init__(self) -> None:
        self.container = Container()
        self.container.add_provider(JobsProvider(concurrency=0))
        self.container.register(JobBackend, Drained, scope="singleton")
        self.container.register(Mailer, scope="scoped")
        self.registry = JobRegistry.of(self.container)
        self.registry.register(Send)

    async def enqueue(self) -> None:
        """Enqueue jobs, one after the other."""
        async with self.container.scoped_context() as scope:
            jobs = await scope.aresolve(Jobs)
            for number in range(JOBS):
                await jobs.enqueue(Send(number))

    async def enqueue_many(self) -> None:
        """Enqueue jobs in one call."""
        async with self.container.scoped_context() as scope:
            await (await scope.aresolve(Jobs)).enqueue_many(map(Send, range(JOBS)))

    async def run(self) -> None:
        """Run the jobs that wait."""
        backend = await self.container.aresolve(JobBackend)
        assert isinstance(backend, Drained)  # noqa: S101  # it was registered above
        backend.worker = Worker(self.container, backend, self.registry)
        await backend.worker.run()

    async def by_hand(self) -> None:
        """Call a handler as often, each time in a task, a context and a scope of its own."""

        async def attempt(job: Send) -> None:
            async with self.container.scoped_context() as scope:
                await scope.acall(job.handle)

        for number in range(JOBS):
            await asyncio.create_task(attempt(Send(number)), context=Context())

    async def queue(self) -> None:
        """Put closures into a queue."""
        queue = asyncio.Queue[Send]()
        for number in range(JOBS):
            await queue.put(Send(number))

    async def discard(self) -> None:
        """Forget the jobs that wait."""
        backend = await self.container.aresolve(JobBackend)
        while await backend.claim((), JOBS):  # type: ignore[attr-defined]  # of jobs in memory
            pass


async def measured(call: Measured, before: Measured | None, after: Measured | None) -> float:
    """Return the nanoseconds of CPU time that a call takes for each job."""
    if before:
        await before()
    started = process_time_ns()
    await call()
    taken = process_time_ns() - started
    if after:
        await after()
    return taken / JOBS


async def compared(
    contenders: Mapping[str, tuple[Measured, Measured | None, Measured | None]], rounds: int
) -> list[list[str]]:
    """Return the rows of contenders: the first one is what the others are compared with."""
    taken = [[await measured(*each) for each in contenders.values()] for _ in range(rounds + 1)][1:]
    return [
        [
            name,
            f"{median(row[place] / row[0] for row in taken):.2f}",
            f"{median(row[place] for row in taken) / 1000:.1f}",
        ]
        for place, name in enumerate(contenders)
    ]


async def growth(bench: Bench) -> float:
    """Return by how many MiB the memory grows while many jobs are run."""
    await bench.enqueue_many()
    await bench.run()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(MANY // JOBS):
        await bench.enqueue_many()
        await bench.run()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / 2**20


async def main(rounds: int) -> None:
    """Print what is measured."""
    bench = Bench()
    enqueuing = {
        "`asyncio.Queue.put`": (bench.queue, None, None),
        "`enqueue`": (bench.enqueue, None, bench.discard),
        "`enqueue_many`": (bench.enqueue_many, None, bench.discard),
    }
    running = {
        "a task, a scope and a call by hand": (bench.by_hand, None, None),
        "a worker": (bench.run, bench.enqueue_many, None),
    }
    on_a_broker = {
        "a task of taskiq, sent and run": (ByTaskiq(JOBS).run, None, None),
        "`enqueue` and a worker, by `TaskiqJobs`": (ByTaskiqJobs(JOBS).run, None, None),
    }
    print(table("Enqueue", HEAD, await compared(enqueuing, rounds)))
    print(table("Run a job that does nothing", HEAD, await compared(running, rounds)))
    print(table("A broker in memory", HEAD, await compared(on_a_broker, rounds)))
    print(f"{MANY:,} jobs by one worker: {await growth(bench):+.2f} MiB")


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # taskiq says so when it is stopped
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="of each comparison (default: 20)")
    asyncio.run(main(parser.parse_args().rounds))
