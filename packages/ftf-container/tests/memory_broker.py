"""A broker of taskiq in memory, which delivers again what was not acknowledged."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from taskiq import AckableMessage, AsyncBroker, BrokerMessage


class Server:
    """What is left when connections end."""

    def __init__(self) -> None:
        self.queues: defaultdict[str, asyncio.Queue[bytes]] = defaultdict(asyncio.Queue)
        self.acknowledged: list[bytes] = []
        self.brokers: list[MemoryBroker] = []
        self.failing: set[str] = set()  # the calls that raise
        self.is_ackable = True
        self.is_sync = False

    def check(self, call: str) -> None:
        if call in self.failing:
            raise ConnectionError(f"{call} fails")

    def broker_of(self, queue: str, unaccepted: int) -> "MemoryBroker":
        self.brokers.append(MemoryBroker(self, queue))
        return self.brokers[-1]


class MemoryBroker(AsyncBroker):
    """A connection to a queue."""

    def __init__(self, server: Server, queue: str) -> None:
        super().__init__()
        self.server, self.queue = server, queue
        self.unacknowledged: list[bytes] = []
        self.is_open = False

    async def startup(self) -> None:
        self.server.check("startup")
        self.is_open = True

    async def shutdown(self) -> None:
        self.is_open = False
        for message in self.unacknowledged:
            self.server.queues[self.queue].put_nowait(message)
        self.server.check("shutdown")

    async def kick(self, message: BrokerMessage) -> None:
        self.server.check("kick")
        self.server.queues[self.queue].put_nowait(message.message)

    async def listen(self) -> AsyncGenerator[Any]:
        while True:
            self.server.check("listen")
            message = await self.server.queues[self.queue].get()
            if not self.server.is_ackable:
                yield message
                continue
            self.unacknowledged.append(message)

            ack = partial(self.acknowledge_at_once if self.server.is_sync else self.ack, message)
            yield AckableMessage(data=message, ack=ack)

    async def ack(self, message: bytes) -> None:
        self.acknowledge_at_once(message)

    def acknowledge_at_once(self, message: bytes) -> None:
        self.server.check("ack")
        self.unacknowledged.remove(message)
        self.server.acknowledged.append(message)
