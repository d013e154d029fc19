"""The same jobs by pgqueuer alone, at its own defaults."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from pgqueuer import AsyncpgDriver, Queries, QueueManager
from pgqueuer.models import Job


class PgQueuer:
    """Jobs of pgqueuer, which do nothing else than to be counted.

    Args:
        url: The URL of the database.
        connection: What enqueues.
    """

    def __init__(self, url: str, connection: asyncpg.Connection) -> None:
        self.url = url
        self.connection = connection
        self.queries = Queries(AsyncpgDriver(connection))

    async def enqueue_each(self, number: int) -> None:
        """Enqueue jobs one after the other, in one transaction."""
        async with self.connection.transaction():
            for each in range(number):
                await self.queries.enqueue("nothing", b'{"number": %d}' % each)

    async def enqueue_many(self, number: int) -> None:
        """Enqueue jobs by one statement."""
        payloads: list[bytes | None] = [b'{"number": %d}' % each for each in range(number)]
        await self.queries.enqueue(["nothing"] * number, payloads, [0] * number)

    async def run(self, number: int) -> None:
        """Run jobs that wait."""
        count, worker_connection = 0, await asyncpg.connect(self.url)
        worker = QueueManager(Queries(AsyncpgDriver(worker_connection)))

        @worker.entrypoint("nothing")
        async def nothing(job: Job) -> None:  # noqa: ARG001  # pgqueuer passes it
            nonlocal count
            count += 1
            if count == number:
                worker.shutdown.set()

        await worker.run()
        await worker_connection.close()

    async def clear(self) -> None:
        """Delete the jobs that wait."""
        await self.queries.clear_queue()

    async def latencies(self, number: int) -> list[float]:
        """Return the seconds between the commit of a job and its begin, of an idle worker."""
        loop, found = asyncio.get_running_loop(), list[float]()
        begun, connection = asyncio.Event(), await asyncpg.connect(self.url)
        worker = QueueManager(Queries(AsyncpgDriver(connection)))

        @worker.entrypoint("nothing")
        async def nothing(job: Job) -> None:  # noqa: ARG001  # pgqueuer passes it
            found.append(loop.time())
            begun.set()

        running = asyncio.create_task(worker.run())
        for _ in range(number):
            begun.clear()
            await self.enqueue_each(1)
            committed = loop.time()
            await begun.wait()
            found[-1] -= committed
        worker.shutdown.set()
        await running
        await connection.close()
        return found


@asynccontextmanager
async def pgqueuer_on(url: str) -> AsyncIterator[PgQueuer]:
    """Open pgqueuer on a database, in tables of its own."""
    plain = url.replace("postgresql+asyncpg", "postgresql")
    connection = await asyncpg.connect(plain)
    found = PgQueuer(plain, connection)
    await found.queries.install()
    yield found
    await found.queries.uninstall()
    await connection.close()
