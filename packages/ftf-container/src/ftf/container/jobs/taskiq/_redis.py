"""The broker of a queue in a stream of Redis."""

from collections.abc import AsyncGenerator
from itertools import count
from typing import Final

from redis.asyncio import Redis
from taskiq import AckableMessage, AsyncBroker
from taskiq_redis import RedisStreamBroker

from ._url import BrokerUrl, name_of_queue

_FETCHED: Final = 100
_MOST_HINTS: Final = 100_000
_LOCK_SECONDS: Final = 10.0
_TRIMMED_EACH: Final = 1000


def broker(url: BrokerUrl, queue: str, unaccepted: int) -> AsyncBroker:  # noqa: ARG001  # as many as there are
    """Return the broker of a queue."""
    return TrimmedStreamBroker(
        url.text,
        queue_name=name_of_queue(queue),
        consumer_group_name="ftf",
        consumer_id="0",  # not only what is sent from now on
        idle_timeout=int(url.lease * 1000),
        unacknowledged_lock_timeout=_LOCK_SECONDS,  # else a killed worker keeps the lock for ever
        # What a worker has fetched and not yet taken is lost to others for as long as a lease.
        xread_count=_FETCHED if url.outbox else 1,
        maxlen=_MOST_HINTS if url.outbox else None,
    )


class TrimmedStreamBroker(RedisStreamBroker):
    """Deletes messages that all workers are done with: the broker of taskiq keeps each for ever."""

    async def listen(self) -> AsyncGenerator[AckableMessage]:  # pragma: no cover  # by a server
        """Receive messages, and trim the stream at the first and after each thousand."""
        numbers = count()
        async for message in super().listen():
            if next(numbers) % _TRIMMED_EACH == 0:
                await self._trim()
            yield message

    async def _trim(self) -> None:  # pragma: no cover  # by a server
        async with Redis(connection_pool=self.connection_pool) as redis:
            groups = await redis.xinfo_groups(self.queue_name)
            last = {each["name"]: each["last-delivered-id"] for each in groups}
            group = self.consumer_group_name
            pending = await redis.xpending(self.queue_name, group)
            # What is delivered and not accepted, or not yet delivered, stays.
            await redis.xtrim(self.queue_name, minid=pending["min"] or last[group.encode()])
