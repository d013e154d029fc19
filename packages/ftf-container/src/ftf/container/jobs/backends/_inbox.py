"""`Inbox`: the messages that a worker has received and not yet taken."""

import logging
from asyncio import Event, Queue, Task, create_task, sleep, wait
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from ._transport import Delivery, JobTransport

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_logger: Final = logging.getLogger("ftf.container.jobs")


class Inbox:
    """Receives the messages of some queues while it is open, as fast as they are taken.

    Queues take turns. A connection that is lost is made again, after a while. What is not taken in
    the end is sent again, so that another worker gets it.

    Args:
        transport: What they are received from.
        queues: The queues.
        unaccepted: How many messages of a queue at least are delivered before one is accepted.
        first_pause: The seconds before a lost connection is made again, doubled each time.
    """

    def __init__(
        self,
        transport: JobTransport,
        queues: Sequence[str],
        unaccepted: int,
        first_pause: float = _FIRST_PAUSE,
    ) -> None:
        self._transport = transport
        self._queues = queues
        self._unaccepted = unaccepted
        self._first_pause = first_pause
        self._received = Queue[Delivery](maxsize=unaccepted)
        self._returned = deque[Delivery]()
        self._arrived = Event()
        self._is_open = False
        self._listening: list[Task[None]] = []

    async def __aenter__(self) -> Self:
        self._is_open = True
        self._listening = [create_task(self._listen(queue)) for queue in self._queues]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._is_open = False
        for each in self._listening:
            each.cancel()
        await wait(self._listening)

    def take(self, limit: int) -> list[Delivery]:
        """Return messages that have arrived.

        Args:
            limit: The greatest number of them.
        """
        self._arrived.clear()
        taken = [self._returned.popleft() for _ in range(min(limit, len(self._returned)))]
        while len(taken) < limit and not self._received.empty():
            taken.append(self._received.get_nowait())
        return taken

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        """Put messages back that were taken, before all others."""
        self._returned.extendleft(reversed(deliveries))
        self._arrived.set()

    async def wait(self) -> None:
        """Wait until a message has arrived."""
        if not self._returned and self._received.empty():
            await self._arrived.wait()

    async def send_again(self, delivery: Delivery) -> None:
        """Send a message again, and accept it; if that fails, it is delivered again anyway."""
        try:
            await self._transport.send(delivery.queue, delivery.message)
        except Exception:  # of whatever the transport is made of
            _logger.warning("a message of %s is not handed back", delivery.queue, exc_info=True)
        else:
            await self.accept(delivery)

    async def accept(self, delivery: Delivery) -> None:
        """Accept a message; if that fails, it may be delivered again."""
        try:
            await delivery.accept()
        except Exception:  # of whatever the transport is made of
            _logger.warning("a message of %s is not accepted", delivery.queue, exc_info=True)

    async def _listen(self, queue: str) -> None:
        pause = self._first_pause
        while True:
            try:
                async with self._transport.receive(queue, self._unaccepted) as deliveries:
                    try:
                        async for delivery in deliveries:
                            pause = self._first_pause
                            await self._put(delivery)
                    finally:
                        if not self._is_open:
                            await self._hand_back(queue)
            except Exception as error:  # noqa: BLE001  # of whatever the transport is made of
                _logger.warning("no jobs of %s for %.1f s: %r", queue, pause, error)
            if not self._is_open:  # a transport may take its cancellation for the end of messages
                return
            await sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    async def _put(self, delivery: Delivery) -> None:
        try:
            await self._received.put(delivery)
        except BaseException:  # the inbox is closed
            self._returned.append(delivery)
            raise
        self._arrived.set()

    async def _hand_back(self, queue: str) -> None:
        """Send what has not been taken again, while it can still be accepted."""
        left = self.take(self._unaccepted + len(self._returned))
        self.give_back([each for each in left if each.queue != queue])
        for each in [each for each in left if each.queue == queue]:
            await self.send_again(each)
