"""A transport of jobs within a process, which a test can cut off."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ftf.container.jobs import Delivery


class Post:
    """Delivers each message once, and again if its connection ends before it is accepted."""

    def __init__(self) -> None:
        self.queues: defaultdict[str, asyncio.Queue[bytes]] = defaultdict(asyncio.Queue)
        self.sent: list[tuple[str, bytes]] = []
        self.accepted: list[bytes] = []
        self.is_down = self.is_late = False
        self.copies = 1
        self.attempted = asyncio.Event()
        self.on_accept: Callable[[], object] | None = None

    async def send(self, queue: str, message: bytes) -> None:
        self.attempted.set()
        if self.is_down:
            raise ConnectionError("the post is on strike")
        self.sent.append((queue, message))
        for _ in range(self.copies):
            self.queues[queue].put_nowait(message)
        if self.is_late:
            raise TimeoutError

    @asynccontextmanager
    async def receive(self, queue: str, unaccepted: int) -> AsyncIterator[AsyncIterator[Delivery]]:
        yield self._deliveries(queue)

    async def _deliveries(self, queue: str) -> AsyncIterator[Delivery]:
        while True:
            message = await self.queues[queue].get()

            async def accept(message: bytes = message) -> None:
                self.accepted.append(message)
                if self.on_accept:
                    self.on_accept()

            yield Delivery(queue, message, accept)
