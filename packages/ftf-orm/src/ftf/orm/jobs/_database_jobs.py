"""`DatabaseJobs`: jobs in the database of the application."""

from asyncio import Event, create_task, get_running_loop, wait, wait_for
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container import OpenTransaction, Scope
from ftf.container.jobs import Batch, Capabilities, Envelope, Outcome, Run, Stop, pull

from ..engine._in_memory import is_in_memory
from ._outage import Outage
from ._queries import Queries
from ._rows import insert_jobs
from ._transactions import joining, naming_missing_tables, refuse_missing_tables
from .batches._batches import extend_batch, insert_batch
from .leases._leases import Leases
from .notices._notices import Notices

LEASE_SECONDS: Final = 60.0
POLL_SECONDS: Final = 1.0


class DatabaseJobs:
    """Keeps jobs in tables of the application's database, SQLite or PostgreSQL.

    An enqueued job is a row in the transaction of the scope: it exists if the data around it does.
    A worker that is killed loses none. Its jobs run again when their leases end, so a job can run
    twice.

    Args:
        engine: The database.
        lease_seconds: How long a job stays with a worker that does not answer any more.
        poll_seconds: How often a worker looks for jobs that other processes have enqueued.

    Attributes:
        capabilities: What it promises; see `JobBackend.capabilities`.

    Raises:
        ValueError: The database is neither, or a number of seconds is not positive.
    """

    capabilities: Capabilities = Capabilities(
        durable=True,
        transactional=True,
        delay=True,
        unique=True,
        schedules=True,
        chains=True,
        batches=True,
    )

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        lease_seconds: float = LEASE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        if (dialect := engine.dialect.name) not in {"postgresql", "sqlite"}:
            raise ValueError(f"DatabaseJobs works on PostgreSQL and SQLite, not on {dialect}")
        for name, seconds in {"lease_seconds": lease_seconds, "poll_seconds": poll_seconds}.items():
            if seconds <= 0:
                raise ValueError(f"{name}={seconds}: pass a number of seconds over 0")
        self._engine = engine
        self._poll_seconds = poll_seconds
        self._leases = Leases(engine, lease_seconds)
        self._outage = Outage()
        self._queries = Queries()
        self._notices = Notices(engine, self._wake) if dialect == "postgresql" else None
        self._wakers: set[Callable[[], object]] = set()

    async def enqueue(
        self, envelopes: Sequence[Envelope], scope: Scope, after: OpenTransaction | None
    ) -> Sequence[str]:
        """Insert jobs in the transaction of a scope; see `JobBackend.enqueue`.

        Without an open transaction or a unit of work they are committed on return, as the writes
        of a repository are.

        Raises:
            TransactionMisuse: `after` has ended, or is not a transaction of ftf-orm.
            JobTablesMissing: The database lacks the tables of jobs.
        """
        async with joining(scope, after, self._wake) as session:
            return await insert_jobs(session, envelopes, self._engine.dialect.name)

    async def enqueue_batch(
        self,
        id: str,  # noqa: A002  # as in the envelope
        batch: Batch,
        envelopes: Sequence[Envelope],
        scope: Scope,
        after: OpenTransaction | None,
    ) -> None:
        """Insert a batch and its members; see `enqueue`."""
        async with joining(scope, after, self._wake) as session:
            await insert_batch(session, id, batch, len(envelopes))
            await insert_jobs(session, envelopes, self._engine.dialect.name)

    async def add_to_batch(self, id: str, envelopes: Sequence[Envelope], scope: Scope) -> None:  # noqa: A002  # as in the envelope
        """Insert further members of a batch; see `BatchBackend.add_to_batch`.

        Members of the same batch that end meanwhile are noted after the commit.

        Raises:
            BatchEnded: All of its members have ended.
        """
        async with joining(scope, None, self._wake) as session:
            await extend_batch(session, id, len(envelopes))
            await insert_jobs(session, envelopes, self._engine.dialect.name)

    async def work(self, run: Run, *, queues: Sequence[str], concurrency: int, stop: Stop) -> None:
        """Run jobs until `stop` is set; see `JobBackend.work`.

        Raises:
            RuntimeError: The database is in memory: its jobs would end with the process.
            JobTablesMissing: The database lacks the tables of jobs.
        """
        await refuse_unfit_database(self._engine)
        ended = Event()
        renewing = create_task(self._leases.renew_until(ended))
        listening = create_task(self._notices.listen()) if self._notices else None
        try:
            await pull(self, run, queues=queues, concurrency=concurrency, stop=stop)
        finally:
            ended.set()
            if listening:
                listening.cancel()
            await wait({renewing, *([listening] if listening else [])})
            await self._queries.end()
            renewing.result()

    async def claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:
        """Return jobs that are due, which nothing else gets; see `JobStore.claim`."""
        return await self._queries.claim(self, self._claim(queues, limit))

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Note what became of a job; see `JobBackend.settle`."""
        await self._leases.settle(envelope, outcome)

    async def wait(self, queues: Sequence[str]) -> None:
        """Wait until a job may be due; see `JobStore.wait`."""
        if self._outage:
            await self._outage.pause()
            return
        with self._woken() as woken:
            while (seconds := await self._queries.run(self._seconds_to_wait(queues))) > 0:
                with suppress(TimeoutError):
                    await wait_for(woken.wait(), seconds)
                    return

    async def _claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:
        with self._outage.survived("Jobs are not claimed"), naming_missing_tables():
            return await self._leases.claim(queues, limit)
        return ()

    async def _seconds_to_wait(self, queues: Sequence[str]) -> float:
        """Return the seconds until the next job is due, but no more than between two looks."""
        with self._outage.survived("Jobs are not looked for"), naming_missing_tables():
            return min(self._poll_seconds, await self._leases.seconds_to_next(queues))
        return 0

    def _wake(self) -> None:
        for wake in tuple(self._wakers):
            wake()

    @contextmanager
    def _woken(self) -> Iterator[Event]:
        """Return an event that is set when this process has enqueued a job."""
        loop, woken = get_running_loop(), Event()

        def wake() -> None:
            with suppress(RuntimeError):  # a loop that has ended
                loop.call_soon_threadsafe(woken.set)

        self._wakers.add(wake)
        try:
            yield woken
        finally:
            self._wakers.remove(wake)


async def refuse_unfit_database(engine: AsyncEngine) -> None:
    """Check that a worker can run on a database; one that cannot be reached is looked at later.

    Raises:
        RuntimeError: It is in memory, so that its jobs end with the process.
        JobTablesMissing: It lacks a table or column of jobs.
    """
    if is_in_memory(engine.url):
        raise RuntimeError(  # the setting is wrong, not a type
            "A database in memory ends with its process, and its jobs would be lost: use a file, "
            "or JobsProvider for jobs in memory"
        )
    with Outage().survived("The tables of jobs are not looked for"):
        await refuse_missing_tables(engine)
