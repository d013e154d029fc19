"""`Taken`: the jobs that a worker has been told of and has claimed."""

from asyncio import FIRST_COMPLETED, Task, create_task, gather, wait
from collections.abc import Sequence

from ftf.container.jobs import Done, Envelope, Inbox, Outcome

from .._outage import Outage
from .._queries import Queries
from .._transactions import naming_missing_tables
from ..leases._leases import Leases
from ._relay import Relay


class Taken:
    """The store that a worker pulls from: the inbox says which jobs, the database whether.

    A message about a job that another worker has taken, or that is settled, is dropped.

    Args:
        inbox: The messages.
        leases: What claims the jobs.
        relay: What sends those that may run again, or follow.
        relaying: The task of the relay, whose failure ends the worker.
        queries: What the statements run in.
    """

    def __init__(
        self, inbox: Inbox, leases: Leases, relay: Relay, relaying: Task[None], queries: Queries
    ) -> None:
        self._inbox = inbox
        self._leases = leases
        self._relay = relay
        self._relaying = relaying
        self._queries = queries
        self._outage = Outage()

    async def claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:  # noqa: ARG002  # those of the inbox
        """Return jobs that have arrived; see `JobStore.claim`."""
        if self._relaying.done():
            self._relaying.result()
        return await self._queries.claim(self, self._take(limit))

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Note what became of a job; see `JobBackend.settle`."""
        await self._leases.settle(envelope, outcome)
        if outcome != Done() or envelope.batch:
            self._relay.wake()

    async def wait(self, queues: Sequence[str]) -> None:  # noqa: ARG002  # those of the inbox
        """Wait until a job has arrived; see `JobStore.wait`."""
        if self._outage:
            await self._outage.pause()
            return
        arriving = create_task(self._inbox.wait())
        try:
            await wait([arriving, self._relaying], return_when=FIRST_COMPLETED)
        finally:
            arriving.cancel()

    async def _take(self, limit: int) -> Sequence[Envelope]:
        if not (deliveries := self._inbox.take(limit)):
            return ()
        ids = [each.message.decode("ascii", "ignore").replace("\0", "") for each in deliveries]
        with self._outage.survived("Jobs are not taken"), naming_missing_tables():
            taken = await self._leases.take(ids)
            # Before the jobs run: the database has them now, and the broker need not keep them.
            await gather(*map(self._inbox.accept, deliveries))
            return taken
        self._inbox.give_back(deliveries)
        return ()
