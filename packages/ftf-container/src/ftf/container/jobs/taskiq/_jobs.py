"""`TaskiqJobs`: jobs in a broker, and nowhere else."""

import logging
from asyncio import FIRST_COMPLETED, Task, create_task, sleep, wait
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from ...scopes._scope import Scope
from ...scopes._unit_of_work import OpenTransaction
from .._outcome import Outcome, Released, Retried
from .._registry import JobRegistry
from ..backends._backend import Run, Stop
from ..backends._capabilities import Capabilities
from ..backends._inbox import Inbox
from ..backends._pull import pull
from ..backends._transport import Delivery, JobTransport
from ..exceptions import UnreadableJob
from ..stored._envelope import Envelope
from ..stored._message import read_message, write_message

_logger: Final = logging.getLogger("ftf.container.jobs")


class TaskiqJobs:
    """Keeps jobs in a broker, from the commit of the work around their enqueue until they are done.

    A process that is killed between the commit and the sending loses a job. When a job runs again
    whose worker was killed is the rule of the broker. Jobs cannot wait, so they have one attempt.

    Args:
        transport: The broker.
        registry: The classes of jobs, whose queues are those of a worker without others.

    Attributes:
        capabilities: What it promises; see `JobBackend.capabilities`.
    """

    capabilities: Capabilities = Capabilities(durable=True)

    def __init__(self, transport: JobTransport, registry: JobRegistry) -> None:
        self._transport = transport
        self._registry = registry

    async def enqueue(
        self, envelopes: Sequence[Envelope], scope: Scope, after: OpenTransaction | None
    ) -> Sequence[str]:
        """Send jobs once the work of a scope is committed; see `JobBackend.enqueue`.

        Raises:
            Exception: There is nothing to wait for, and the broker cannot be reached.
        """
        send = partial(self._send, envelopes)
        if after is not None:
            after.after_commit(send)
        elif not scope.units.defer(send):
            await send()
        return [each.id for each in envelopes]

    async def work(self, run: Run, *, queues: Sequence[str], concurrency: int, stop: Stop) -> None:
        """Run jobs until `stop` is set; see `JobBackend.work`."""
        queues = queues or self._registry.queues
        async with Inbox(self._transport, queues, concurrency) as inbox:
            received = _Received(inbox, self._transport, stop)
            try:
                await pull(received, run, queues=queues, concurrency=concurrency, stop=stop)
            finally:
                await received.close()

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Do nothing: what is received is settled by the `work` that has received it."""

    async def _send(self, envelopes: Sequence[Envelope]) -> None:
        for each in envelopes:
            await self._transport.send(each.queue, write_message(each))


class _Received:
    """The jobs that a worker has received: the store that it pulls from.

    Args:
        inbox: Where they come from.
        transport: What they are sent again by.
        stop: When it is set, a job that waits to be sent again waits no longer.
    """

    def __init__(self, inbox: Inbox, transport: JobTransport, stop: Stop) -> None:
        self._inbox = inbox
        self._transport = transport
        self._stop = stop
        self._deliveries: dict[str, list[Delivery]] = {}  # of a job that is delivered twice as well
        self._waiting: set[Task[None]] = set()

    async def claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:  # noqa: ARG002  # those of the inbox
        """Return jobs that have arrived; see `JobStore.claim`."""
        claimed = list[Envelope]()
        for delivery in self._inbox.take(limit):
            try:
                envelope = read_message(delivery.message)
            except UnreadableJob:
                _logger.exception("a message of %s is dropped", delivery.queue)
                await self._inbox.accept(delivery)
                continue
            self._deliveries.setdefault(envelope.id, []).append(delivery)
            claimed.append(envelope)
        return claimed

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Accept a job, or send it again; see `JobBackend.settle`."""
        delivery = self._deliveries[envelope.id].pop()
        if not self._deliveries[envelope.id]:
            del self._deliveries[envelope.id]
        match outcome:
            case Retried(after):
                again = replace(envelope, attempt=envelope.attempt + 1)
                self._send_later(replace(delivery, message=write_message(again)), after)
            case Released(after):
                self._send_later(delivery, after)
            case _:
                await self._inbox.accept(delivery)

    async def wait(self, queues: Sequence[str]) -> None:  # noqa: ARG002  # those of the inbox
        """Wait until a job has arrived; see `JobStore.wait`."""
        await self._inbox.wait()

    async def close(self) -> None:
        """Wait until the jobs that are to be sent again are sent."""
        if self._waiting:
            await wait(self._waiting)

    def _send_later(self, delivery: Delivery, seconds: float) -> None:
        sending = create_task(self._send_again(delivery, seconds))
        self._waiting.add(sending)
        sending.add_done_callback(self._waiting.discard)

    async def _send_again(self, delivery: Delivery, seconds: float) -> None:
        """Send a job again after a time. Until it is sent the broker keeps it as it is."""
        ends = create_task(sleep(seconds)), create_task(_stopped(self._stop))
        await wait(ends, return_when=FIRST_COMPLETED)
        for each in ends:
            each.cancel()
        await self._inbox.send_again(delivery)


async def _stopped(stop: Stop) -> None:
    await stop.wait()
