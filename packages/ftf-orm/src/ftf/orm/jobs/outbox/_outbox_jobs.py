"""`OutboxJobs`: jobs in the database, which a broker carries to the workers."""

from asyncio import Event, create_task, wait
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.container import OpenTransaction, Scope
from ftf.container.jobs import (
    Batch,
    Capabilities,
    Envelope,
    Inbox,
    JobRegistry,
    JobTransport,
    Outcome,
    Run,
    Stop,
    pull,
)

from .._database_jobs import LEASE_SECONDS, POLL_SECONDS, DatabaseJobs, refuse_unfit_database
from .._queries import Queries
from .._rows import insert_jobs
from .._transactions import joining
from ..batches._batches import extend_batch, insert_batch
from ..leases._leases import Leases
from ._relay import Relay
from ._taken import Taken

RESEND_SECONDS: Final = 300.0


class OutboxJobs:
    """Keeps jobs as `DatabaseJobs` does, and sends their ids to the workers by a broker.

    What the broker loses is sent again, and what it delivers twice runs once: the rows say which
    jobs there are and who runs them.

    Args:
        engine: The database.
        transport: The broker.
        registry: The classes of jobs, whose queues are those of a worker without others.
        lease_seconds: How long a job stays with a worker that does not answer any more.
        poll_seconds: How often workers look for jobs that are due.
        resend_seconds: After how long a job is sent again that no worker has taken.

    Attributes:
        capabilities: What it promises; see `JobBackend.capabilities`.
    """

    capabilities: Capabilities = DatabaseJobs.capabilities

    def __init__(
        self,
        engine: AsyncEngine,
        transport: JobTransport,
        registry: JobRegistry,
        *,
        lease_seconds: float = LEASE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        resend_seconds: float = RESEND_SECONDS,
    ) -> None:
        self._engine = engine
        self._transport = transport
        self._registry = registry
        self._resend_seconds = resend_seconds
        self._leases = Leases(engine, lease_seconds)
        self._relay = Relay(self._leases, transport, poll_seconds, resend_seconds)

    async def enqueue(
        self, envelopes: Sequence[Envelope], scope: Scope, after: OpenTransaction | None
    ) -> Sequence[str]:
        """Insert jobs in the transaction of a scope; see `DatabaseJobs.enqueue`.

        They are sent after the commit, which does not wait for the broker.

        Raises:
            TransactionMisuse: `after` has ended, or is not a transaction of ftf-orm.
            JobTablesMissing: The database lacks the tables of jobs.
        """
        async with self._joining(envelopes, scope, after) as session:
            return await self._insert(session, envelopes)

    async def enqueue_batch(
        self,
        id: str,  # noqa: A002  # as in the envelope
        batch: Batch,
        envelopes: Sequence[Envelope],
        scope: Scope,
        after: OpenTransaction | None,
    ) -> None:
        """Insert a batch and its members; see `enqueue`."""
        async with self._joining(envelopes, scope, after) as session:
            await insert_batch(session, id, batch, len(envelopes))
            await self._insert(session, envelopes)

    async def add_to_batch(self, id: str, envelopes: Sequence[Envelope], scope: Scope) -> None:  # noqa: A002  # as in the envelope
        """Insert further members of a batch; see `BatchBackend.add_to_batch`.

        Members of the same batch that end meanwhile are noted after the commit.

        Raises:
            BatchEnded: All of its members have ended.
        """
        async with self._joining(envelopes, scope, None) as session:
            await extend_batch(session, id, len(envelopes))
            await self._insert(session, envelopes)

    async def work(self, run: Run, *, queues: Sequence[str], concurrency: int, stop: Stop) -> None:
        """Run jobs until `stop` is set; see `JobBackend.work`.

        Raises:
            RuntimeError: The database is in memory: its jobs would end with the process.
            JobTablesMissing: The database lacks the tables of jobs.
        """
        await refuse_unfit_database(self._engine)
        queues = queues or self._registry.queues
        ended, queries = Event(), Queries()
        renewing = create_task(self._leases.renew_until(ended))
        relaying = create_task(self._relay.run(ended))
        try:
            async with Inbox(self._transport, queues, concurrency) as inbox:
                taken = Taken(inbox, self._leases, self._relay, relaying, queries)
                await pull(taken, run, queues=queues, concurrency=concurrency, stop=stop)
        finally:
            ended.set()
            self._relay.wake()
            await wait({renewing, relaying})
            await queries.end()
            for each in (renewing, relaying):
                each.result()

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Note what became of a job; see `JobBackend.settle`."""
        await self._leases.settle(envelope, outcome)

    async def close(self) -> None:
        """Wait until the jobs that were committed are sent."""
        await self._relay.end()

    def _joining(
        self, envelopes: Sequence[Envelope], scope: Scope, after: OpenTransaction | None
    ) -> AbstractAsyncContextManager[AsyncSession]:
        return joining(scope, after, partial(self._relay.send_soon, envelopes))

    async def _insert(self, session: AsyncSession, envelopes: Sequence[Envelope]) -> Sequence[str]:
        dialect = self._engine.dialect.name
        return await insert_jobs(session, envelopes, dialect, self._resend_seconds)
