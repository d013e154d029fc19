"""What carries messages about jobs from one process to another."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was received.

    Args:
        queue: The queue that it was sent to.
        message: The message.
        accept: Ends the delivery. A message that is not accepted is delivered again.
    """

    queue: str
    message: bytes
    accept: Callable[[], Awaitable[None]]


class JobTransport(Protocol):
    """Carries messages by queues. It may lose some, and may deliver one several times."""

    async def send(self, queue: str, message: bytes) -> None:
        """Send a message.

        Args:
            queue: The queue that it goes into.
            message: The message.

        Raises:
            Exception: It was not sent, or it is not known whether it was.
        """

    def receive(
        self, queue: str, unaccepted: int
    ) -> AbstractAsyncContextManager[AsyncIterator[Delivery]]:
        """Connect to a queue. Return its messages; they can be accepted while the block runs.

        Args:
            queue: The queue.
            unaccepted: How many messages at least are delivered before one is accepted.

        Raises:
            Exception: There is no connection, or it is lost while the messages are read.
        """
