"""The same jobs by taskiq alone, at its own defaults, and by `TaskiqJobs`."""

from asyncio import Event, Queue, create_task, wait
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from taskiq import AckableMessage, AsyncBroker, BrokerMessage
from taskiq.api import run_receiver_task

from ftf.container import Container
from ftf.container.jobs import Job, JobBackend, JobRegistry, Jobs, JobsProvider, Worker
from ftf.container.jobs.taskiq import TaskiqJobs, TaskiqTransport


class QueueBroker(AsyncBroker):
    """A broker in memory: an `asyncio.Queue` of messages.

    Args:
        messages: The queue.
    """

    def __init__(self, messages: Queue[bytes]) -> None:
        super().__init__()
        self.messages = messages

    async def kick(self, message: BrokerMessage) -> None:
        """Send a message."""
        self.messages.put_nowait(message.message)

    async def listen(self) -> AsyncGenerator[AckableMessage]:
        """Receive messages, which need not be acknowledged."""
        while True:
            yield AckableMessage(data=await self.messages.get(), ack=lambda: None)


class Runs:
    """Counts jobs until so many have run."""

    def __init__(self) -> None:
        self.left, self.over = 0, Event()

    def expect(self, number: int) -> None:
        """Wait for so many from now on."""
        self.left = number
        self.over.clear()

    def note(self) -> None:
        """Count one."""
        self.left -= 1
        if not self.left:
            self.over.set()


@dataclass(frozen=True)
class Counted(Job, attempts=1):
    """A job that is counted."""

    number: int

    async def handle(self, runs: Runs) -> None:
        """Count it."""
        runs.note()


class ByTaskiq:
    """Tasks of taskiq.

    Args:
        number: How many each call sends and runs.
    """

    def __init__(self, number: int) -> None:
        self.number, self.runs = number, Runs()
        self.broker = QueueBroker(Queue())

        async def count(number: int) -> None:  # noqa: ARG001  # of the message
            self.runs.note()

        self.task: Any = self.broker.register_task(count, task_name="count")

    async def run(self) -> None:
        """Send the tasks, and run them."""
        self.runs.expect(self.number)
        for number in range(self.number):
            await self.task.kiq(number)
        receiving = create_task(run_receiver_task(self.broker, max_async_tasks=10))
        await self.runs.over.wait()
        receiving.cancel()
        await wait([receiving])


class ByTaskiqJobs:
    """Jobs in a broker of taskiq.

    Args:
        number: How many each call enqueues and runs.
    """

    def __init__(self, number: int) -> None:
        self.number, self.runs = number, Runs()
        messages = Queue[bytes]()
        self.container = Container()
        self.container.add_provider(JobsProvider(concurrency=0))
        self.container.instance(Runs, self.runs)
        self.registry = JobRegistry.of(self.container)
        self.registry.register(Counted)
        transport = TaskiqTransport(lambda queue, unaccepted: QueueBroker(messages))  # noqa: ARG005
        self.backend = TaskiqJobs(transport, self.registry)
        self.container.instance(JobBackend, self.backend)

    async def run(self) -> None:
        """Enqueue the jobs, and run them."""
        self.runs.expect(self.number)
        async with self.container.scoped_context() as scope:
            jobs = await scope.aresolve(Jobs)
            for number in range(self.number):
                await jobs.enqueue(Counted(number))
        worker = Worker(self.container, self.backend, self.registry)
        running = create_task(worker.run())
        await self.runs.over.wait()
        worker.stop()
        await running
