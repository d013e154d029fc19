"""Jobs in a database, how many a second: `nox -s bench -- database-jobs [--many N] [--idle S]`.

Elapsed time, because a job mostly waits for the database. What else the machine does is in it. What
is compared with pgqueuer is CPU time of this process: both take turns, and the median of the
quotients counts.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from jobs_on_pgqueuer import PgQueuer, pgqueuer_on
from server import postgres
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.container import Container, Scope
from ftf.container.jobs import Job, JobBackend, JobRegistry, Jobs, JobsProvider, Worker
from ftf.orm import DatabaseProvider, transaction
from ftf.orm.jobs import jobs_metadata

PAGE = 4096  # bytes, of /proc/self/statm
BATCH = 1000


class Arrivals:
    """Counts jobs, and notes when the last one began."""

    def __init__(self) -> None:
        self.expected, self.count = 0, 0
        self.last = 0.0
        self.all = asyncio.Event()

    def expect(self, number: int) -> None:
        """Wait for so many jobs from now on."""
        self.expected, self.count = number, 0
        self.all.clear()

    def note(self) -> None:
        """Count a job."""
        self.count += 1
        self.last = perf_counter()
        if self.count == self.expected:
            self.all.set()


@dataclass(frozen=True)
class Nothing(Job):
    """A job that does nothing else than to be counted."""

    number: int

    async def handle(self, arrivals: Arrivals) -> None:
        """Count the job."""
        arrivals.note()


class Bench:
    """An application with jobs in a database.

    Args:
        container: Its container.
        arrivals: What its jobs count in.
    """

    def __init__(self, container: Container, arrivals: Arrivals) -> None:
        self.container = container
        self.arrivals = arrivals

    @asynccontextmanager
    async def scope(self) -> AsyncIterator[tuple[Scope, Jobs]]:
        """Open a scope, and return its jobs."""
        async with self.container.scoped_context() as scope:
            yield scope, await scope.aresolve(Jobs)

    async def enqueue_each(self, number: int) -> float:
        """Enqueue jobs in a transaction each. Return how many a second."""
        begun = perf_counter()
        for each in range(number):
            async with self.scope() as (_, jobs):
                await jobs.enqueue(Nothing(each))
        return number / (perf_counter() - begun)

    async def enqueue_many(self, number: int) -> float:
        """Enqueue jobs, a thousand in a transaction. Return how many a second."""
        begun = perf_counter()
        for _ in range(number // BATCH):
            async with self.scope() as (scope, jobs):
                session = await scope.aresolve(AsyncSession)
                async with transaction(session):
                    await jobs.enqueue_many([Nothing(each) for each in range(BATCH)])
        return number / (perf_counter() - begun)

    async def enqueue_in_one(self, number: int) -> None:
        """Enqueue jobs one after the other, in one transaction."""
        async with self.scope() as (scope, jobs):
            session = await scope.aresolve(AsyncSession)
            async with transaction(session):
                for each in range(number):
                    await jobs.enqueue(Nothing(each))

    async def clear(self) -> None:
        """Delete the jobs that wait."""
        async with self.container.resolve(AsyncEngine).begin() as connection:
            await connection.execute(jobs_metadata.tables["ftf_jobs"].delete())

    async def run(self, number: int) -> tuple[float, float]:
        """Run the jobs that wait. Return how many a second, and the CPU time of one in us."""
        self.arrivals.expect(number)
        begun, busy = perf_counter(), process_time()
        async with self.worker():
            await self.arrivals.all.wait()
        return number / (perf_counter() - begun), (process_time() - busy) / number * 1e6

    async def latencies(self, number: int) -> list[float]:
        """Return the seconds between the commit of a job and its begin, of an idle worker."""
        found: list[float] = []
        async with self.worker():
            for each in range(number):
                self.arrivals.expect(1)
                async with self.scope() as (_, jobs):
                    await jobs.enqueue(Nothing(each))
                committed = perf_counter()
                await self.arrivals.all.wait()
                found.append(self.arrivals.last - committed)
        return found

    async def idle(self, seconds: float) -> float:
        """Return the CPU time that a worker without jobs takes in a minute, in ms."""
        async with self.worker():
            await asyncio.sleep(1)
            busy = await cpu(asyncio.sleep(seconds))
        return busy / seconds * 60e3

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """Run a worker during the block."""
        worker = Worker(
            self.container,
            await self.container.aresolve(JobBackend),
            self.container.resolve(JobRegistry),
        )
        running = asyncio.create_task(worker.run())
        yield
        worker.stop()
        await running


@asynccontextmanager
async def bench_on(url: str) -> AsyncIterator[Bench]:
    """Open an application on a database."""
    async with Container() as container:
        container.add_provider(DatabaseProvider(url), JobsProvider("database:"))
        container.instance(Arrivals, arrivals := Arrivals())
        JobRegistry.of(container).register(Nothing)
        engine = container.resolve(AsyncEngine)
        async with engine.begin() as connection:
            await connection.run_sync(jobs_metadata.drop_all)
            await connection.run_sync(jobs_metadata.create_all)
        yield Bench(container, arrivals)
        async with engine.begin() as connection:
            await connection.run_sync(jobs_metadata.drop_all)


async def cpu(call: Awaitable[object]) -> float:
    """Return the CPU time of a call in seconds."""
    begun = process_time()
    await call
    return process_time() - begun


async def compare(url: str, rounds: int) -> None:
    """Print the CPU time of one job, beside pgqueuer's."""
    async with bench_on(url) as bench, pgqueuer_on(url) as peer:
        steps: dict[str, Callable[[Bench | PgQueuer], Awaitable[object]]] = {
            "enqueue in an open transaction": lambda it: (
                it.enqueue_in_one(BATCH) if isinstance(it, Bench) else it.enqueue_each(BATCH)
            ),
            "enqueue a thousand at once": lambda it: it.enqueue_many(BATCH),
            "run a job that does nothing": lambda it: it.run(BATCH),
        }
        for name, step in steps.items():
            taken: list[tuple[float, float]] = []
            for _ in range(rounds + 1):
                for it in (bench, peer):
                    await it.clear()
                    if step is steps["run a job that does nothing"]:
                        await it.enqueue_many(BATCH)
                taken.append((await cpu(step(bench)), await cpu(step(peer))))
            times = median(ours / theirs for ours, theirs in taken[1:])
            ours, theirs = (median(pair[place] for pair in taken[1:]) for place in (0, 1))
            print(
                f"{name}: {ours / BATCH * 1e6:.0f} µs, pgqueuer {theirs / BATCH * 1e6:.0f} µs, "
                f"{times:.2f} times"
            )
        await peer.clear()
        spread = quantiles(await peer.latencies(100), n=100)
        print(f"pgqueuer: {spread[49] * 1e3:.1f} ms to begin, p99 {spread[98] * 1e3:.1f} ms")


def memory() -> float:
    """Return the memory that this process uses, in MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 2**20


async def measure(name: str, url: str, chosen: Namespace) -> None:
    """Measure on one database, and print what was found."""
    number, many = chosen.jobs, chosen.many
    async with bench_on(url) as bench:
        if chosen.idle:
            idle = await bench.idle(chosen.idle)
            print(f"{name}: {idle:.0f} ms of CPU a minute by a worker without jobs")
        await bench.enqueue_many(BATCH)
        await bench.run(BATCH)  # warm
        each = await bench.enqueue_each(number)
        run, cpu = await bench.run(number)
        spread = quantiles(await bench.latencies(100), n=100)
        print(f"{name}: {each:.0f} enqueues/s in transactions of their own")
        print(f"{name}: {run:.0f} jobs/s by one worker, {cpu:.0f} µs of CPU each")
        print(
            f"{name}: {spread[49] * 1e3:.1f} ms from commit to begin, p99 {spread[98] * 1e3:.1f} ms"
        )
        if many:
            fast = await bench.enqueue_many(many)
            before = memory()
            run, _ = await bench.run(many)
            grown = memory() - before
            print(f"{name}: {fast:.0f} enqueues/s, {BATCH} in a transaction")
            print(f"{name}: {many} jobs at {run:.0f} jobs/s, memory {before:.0f} {grown:+.1f} MiB")


def main() -> None:
    """Measure on SQLite and on PostgreSQL."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000, help="jobs of each (default: 2000)")
    parser.add_argument("--many", type=int, default=100_000, help="jobs for the memory")
    parser.add_argument("--idle", type=int, default=20, help="seconds of a worker without jobs")
    parser.add_argument("--rounds", type=int, default=5, help="of the comparison (default: 5)")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/benchmark.db"
        asyncio.run(measure("SQLite", url, chosen))
    with postgres() as url:
        asyncio.run(measure("PostgreSQL", url, chosen))
        asyncio.run(compare(url, chosen.rounds))


if __name__ == "__main__":
    main()
