"""An application with jobs and authors, and a worker that a test runs until nothing is due."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bookshop import Author, AuthorRepository
from job_post import Post
from sqlalchemy import event, or_, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.container import Container, Scope
from ftf.container.jobs import (
    Envelope,
    Fixed,
    Job,
    JobBackend,
    JobRegistry,
    JobRun,
    Jobs,
    JobsProvider,
    LeaseLost,
    MemoryJobs,
    Outcome,
    Run,
    Worker,
)
from ftf.orm import DatabaseProvider
from ftf.orm.jobs import DatabaseJobs, OutboxJobs, jobs_metadata


class Journal(list[str]):
    """What jobs did, which a test can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = asyncio.Event()

    def append(self, entry: str) -> None:
        super().append(entry)
        self.changed.set()

    async def reaches(self, length: int) -> None:
        """Wait until there are so many entries."""
        while len(self) < length:
            self.changed.clear()
            await self.changed.wait()


@dataclass(frozen=True)
class Note(Job):
    text: str

    async def handle(self, journal: Journal) -> None:
        journal.append(self.text)


@dataclass(frozen=True)
class Hire(Job, queue="staff"):
    """Stores an author."""

    name: str

    async def handle(self, authors: AuthorRepository) -> None:
        await authors.create(Author(name=self.name))


@dataclass(frozen=True)
class Failing(Job, attempts=2, backoff=Fixed(0)):
    message: str = "no paper"

    async def handle(self, journal: Journal, run: JobRun) -> None:
        journal.append(f"attempt {run.attempt}")
        raise ValueError(self.message)


class Watched:
    """Notices when no job runs and none is due."""

    def __init__(self, *given: object, **options: object) -> None:
        super().__init__(*given, **options)
        self.idle = asyncio.Event()
        self.outcomes = Journal()
        self.running = 0

    async def claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:
        claimed = await super().claim(queues, limit)
        self.running += len(claimed)
        return claimed

    async def settle(self, envelope: Envelope, outcome: object) -> None:
        try:
            await super().settle(envelope, outcome)
        except LeaseLost:
            self.outcomes.append("LeaseLost")
            raise
        finally:  # what follows it is stored now
            self.running -= 1
        self.outcomes.append(type(outcome).__name__)

    async def wait(self, queues: Sequence[str]) -> None:
        if not self.running:
            self.idle.set()
        await super().wait(queues)


class WatchedMemoryJobs(Watched, MemoryJobs): ...


class WatchedDatabaseJobs(Watched, DatabaseJobs): ...


class WatchedOutboxJobs(OutboxJobs):
    """Notices what became of each attempt."""

    def __init__(self, *given: object, **options: object) -> None:
        super().__init__(*given, **options)
        self.idle, self.outcomes = asyncio.Event(), Journal()

    async def work(self, run: Run, **options: object) -> None:
        async def noted(envelope: Envelope) -> Outcome:
            outcome = await run(envelope)
            self.outcomes.append(type(outcome).__name__)
            return outcome

        await super().work(noted, **options)


class Shop:
    """A container, its jobs, and a journal of what they did."""

    def __init__(self, container: Container, engine: AsyncEngine, backend: Watched) -> None:
        self.container, self.engine, self.backend = container, engine, backend
        self.registry = JobRegistry.of(container)
        self.registry.register(Note, Hire, Failing)
        self.journal = container.resolve(Journal)

    @asynccontextmanager
    async def scope(self) -> AsyncIterator[tuple[Scope, AsyncSession, Jobs]]:
        async with self.container.scoped_context() as scope:
            yield scope, await scope.aresolve(AsyncSession), await scope.aresolve(Jobs)

    async def enqueue(self, *jobs: Job, **options: object) -> list[str]:
        async with self.scope() as (_, _, queue):
            return [await queue.enqueue(job, **options) for job in jobs]

    def start(
        self, backend: Watched | None = None, **options: object
    ) -> tuple[Worker, asyncio.Task[None]]:
        backend = backend or self.backend
        worker = Worker(self.container, backend, self.registry, **options)
        backend.idle.clear()
        return worker, asyncio.create_task(worker.run())

    async def work(self, **options: object) -> None:
        """Run jobs until none is due."""
        worker, running = self.start(**options)
        idle = asyncio.create_task(self.backend.idle.wait())
        await asyncio.wait({running, idle}, return_when="FIRST_COMPLETED")
        worker.stop()
        await running
        idle.cancel()

    async def rows(
        self, query: str = "SELECT name, queue FROM ftf_jobs ORDER BY number"
    ) -> list[tuple[object, ...]]:
        """Return what is committed."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    async def names(self) -> list[str]:
        """Return the names of the authors that are committed."""
        async with self.engine.connect() as connection:
            return list(await connection.scalars(select(Author.name).order_by(Author.id)))

    async def end_leases(self) -> None:
        """Let the leases of all claimed jobs end."""
        async with self.engine.begin() as connection:
            await connection.execute(text("UPDATE ftf_jobs SET due_at = enqueued_at"))


class OutboxShop(Shop):
    """An application whose jobs are carried by a post."""

    post: Post
    backend: WatchedOutboxJobs

    async def work(self, **options: object) -> None:
        """Run jobs until none is due, sent or claimed."""
        await self.backend.close()
        worker, running = self.start(**options)
        while await self._is_busy() and not running.done():
            pass
        worker.stop()
        await running

    async def _is_busy(self) -> bool:
        jobs = jobs_metadata.tables["ftf_jobs"]
        soon = datetime.now(UTC) + timedelta(seconds=10)  # the database has a clock of its own
        pending = or_(jobs.c.token.is_not(None), jobs.c.due_at <= soon)
        async with self.engine.connect() as connection:
            return await connection.scalar(select(jobs.c.id).where(pending)) is not None


@asynccontextmanager
async def shop_on(engine: AsyncEngine, url: str, kind: str = "database") -> AsyncIterator[Shop]:
    """Open an application with jobs of one kind: `memory`, `database` or `outbox`."""
    async with Container() as container:
        jobs = JobsProvider("memory:" if kind == "memory" else "database:", concurrency=0)
        container.add_provider(DatabaseProvider(url), jobs)
        container.instance(AsyncEngine, engine)  # which tests listen to
        container.register(AuthorRepository)
        container.register(Journal, scope="singleton")
        if kind == "outbox":
            registry, post = JobRegistry.of(container), Post()
            outbox = WatchedOutboxJobs(engine, post, registry, poll_seconds=0.01)
            container.instance(JobBackend, outbox)
            shop = OutboxShop(container, engine, outbox)
            shop.post = post
            yield shop
            await outbox.close()
            return
        backend = WatchedMemoryJobs() if kind == "memory" else WatchedDatabaseJobs(engine)
        container.instance(JobBackend, backend)
        yield Shop(container, engine, backend)


@contextmanager
def before_each(
    engine: AsyncEngine, beginning: str, call: Callable[[object], None]
) -> Iterator[None]:
    """Call a function with the cursor before each statement that begins so."""

    def listen(_connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(beginning):
            call(cursor)

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    yield
    event.remove(engine.sync_engine, "before_cursor_execute", listen)
