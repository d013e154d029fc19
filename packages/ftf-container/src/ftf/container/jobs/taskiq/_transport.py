"""`TaskiqTransport`: messages about jobs by the brokers of taskiq."""

import logging
from asyncio import Lock, timeout
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final
from uuid import uuid4

from taskiq import AckableMessage, AsyncBroker, BrokerMessage

from ..backends._transport import Delivery

SEND_SECONDS: Final = 10.0
_logger: Final = logging.getLogger("ftf.container.jobs")

type BrokerOf = Callable[[str, int], AsyncBroker]
"""Makes the broker of a queue that delivers at least so many messages before one is accepted."""


class TaskiqTransport:
    """Sends and receives messages by a broker of taskiq for each queue.

    Of taskiq only the brokers are used, not what it calls tasks: what a job is, how it is retried
    and what becomes of it when it is cancelled is the same wherever it is kept.

    Args:
        broker_of: Makes the brokers.
        send_seconds: How long a broker may take to answer, when a message is sent or accepted.
    """

    def __init__(self, broker_of: BrokerOf, send_seconds: float = SEND_SECONDS) -> None:
        self._broker_of = broker_of
        self._send_seconds = send_seconds
        self._senders: dict[str, AsyncBroker] = {}
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    async def send(self, queue: str, message: bytes) -> None:
        """Send a message; see `JobTransport.send`.

        Raises:
            TimeoutError: The broker does not answer.
            Exception: What it raises.
        """
        stored = BrokerMessage(task_id=uuid4().hex, task_name="ftf", message=message, labels={})
        try:
            async with timeout(self._send_seconds):
                await (await self._sender(queue)).kick(stored)
        except Exception:
            await self._forget(queue)  # the next message gets a new connection
            raise

    @asynccontextmanager
    async def receive(self, queue: str, unaccepted: int) -> AsyncIterator[AsyncIterator[Delivery]]:
        """Connect to a queue, and return its messages; see `JobTransport.receive`."""
        broker = self._broker_of(queue, unaccepted)
        broker.is_worker_process = True
        try:
            await broker.startup()
            yield self._deliveries(queue, broker)
        finally:
            await _shut_down(broker)

    async def close(self) -> None:
        """Close the connections by which messages were sent."""
        for queue in tuple(self._senders):
            await self._forget(queue)

    async def _sender(self, queue: str) -> AsyncBroker:
        async with self._locks[queue]:
            if queue not in self._senders:
                broker = self._broker_of(queue, 1)
                try:
                    await broker.startup()
                except BaseException:
                    await _shut_down(broker)
                    raise
                self._senders[queue] = broker
            return self._senders[queue]

    async def _forget(self, queue: str) -> None:
        if broker := self._senders.pop(queue, None):
            await _shut_down(broker)

    async def _deliveries(self, queue: str, broker: AsyncBroker) -> AsyncIterator[Delivery]:
        async for each in broker.listen():
            if isinstance(each, AckableMessage):
                yield Delivery(queue, each.data, partial(self._accept, each))
            else:  # a broker that does not deliver again
                yield Delivery(queue, each, _accepted)

    async def _accept(self, message: AckableMessage) -> None:
        async with timeout(self._send_seconds):
            if accepting := message.ack():
                await accepting


async def _accepted() -> None:
    pass


async def _shut_down(broker: AsyncBroker) -> None:
    try:
        await broker.shutdown()
    except Exception:  # a connection that is lost already
        _logger.debug("a broker does not close", exc_info=True)
