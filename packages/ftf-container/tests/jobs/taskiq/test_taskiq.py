"""Jobs in a broker of taskiq."""

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
from memory_broker import Server
from services import Journal

from ftf.container import Container
from ftf.container.jobs import (
    Inbox,
    Job,
    JobBackend,
    JobRegistry,
    Jobs,
    JobsProvider,
    MissingCapability,
    Released,
    Retry,
    Worker,
)
from ftf.container.jobs.stored._message import read_message  # noqa: PLC2701  # what was sent
from ftf.container.jobs.taskiq import TaskiqJobs, TaskiqTransport


@dataclass(frozen=True)
class Note(Job, attempts=1):
    text: str

    async def handle(self, journal: Journal) -> None:
        journal.append(self.text)


@dataclass(frozen=True)
class Mail(Note, queue="mail"): ...


@dataclass(frozen=True)
class Hanging(Job, attempts=1):
    async def handle(self, journal: Journal) -> None:
        journal.append("begun")
        await asyncio.Event().wait()


@dataclass(frozen=True)
class Patient(Job, attempts=3):
    async def handle(self) -> None: ...


class Post:
    """An application with jobs in a broker."""

    def __init__(self, container: Container, server: Server) -> None:
        self.container, self.server = container, server
        self.transport = TaskiqTransport(server.broker_of, send_seconds=600)
        self.registry = JobRegistry.of(container)
        self.registry.register(Note, Mail, Hanging)
        self.backend = TaskiqJobs(self.transport, self.registry)
        container.instance(JobBackend, self.backend)
        self.journal = container.resolve(Journal)

    async def enqueue(self, *jobs: Job) -> list[str]:
        async with self.container.scoped_context() as scope:
            return [await (await scope.aresolve(Jobs)).enqueue(job) for job in jobs]

    def start(self, **options: object) -> tuple[Worker, asyncio.Task[None]]:
        worker = Worker(self.container, self.backend, self.registry, **options)
        return worker, asyncio.create_task(worker.run())

    async def work(self, *, acknowledged: int, **options: object) -> None:
        """Run jobs until so many messages were acknowledged."""
        worker, running = self.start(**options)
        await self.reaches(self.server.acknowledged, acknowledged)
        worker.stop()
        await running

    async def reaches(self, entries: list, length: int) -> None:
        while len(entries) < length:  # noqa: ASYNC110  # no time passes
            await asyncio.sleep(0)


@pytest.fixture
async def post():
    container = Container()
    container.add_provider(JobsProvider(concurrency=0))
    container.register(Journal, scope="singleton")
    post = Post(container, Server())
    yield post
    await post.transport.close()
    assert not any(broker.is_open for broker in post.server.brokers)


async def test_a_job_runs_and_its_message_is_acknowledged(post):
    await post.enqueue(Note("a"), Mail("b"))
    await post.work(acknowledged=2)
    assert sorted(post.journal) == ["a", "b"]


async def test_a_worker_of_a_queue_leaves_others_alone(post):
    await post.enqueue(Note("a"), Mail("b"))
    await post.work(acknowledged=1, queues=["mail"])
    assert post.journal == ["b"]
    assert post.server.queues["default"].qsize() == 1


async def test_a_broker_may_be_acknowledged_by_a_plain_function(post):
    post.server.is_sync = True
    await post.enqueue(Note("a"))
    await post.work(acknowledged=1)


async def test_a_broker_that_does_not_deliver_again_has_nothing_to_acknowledge(post):
    post.server.is_ackable = False
    await post.enqueue(Note("a"))
    worker, running = post.start()
    await post.reaches(post.journal, 1)
    worker.stop()
    await running


async def test_job_31_a_job_is_sent_once_the_work_around_it_is_committed(post):
    class Unit:
        async def commit(self) -> None: ...
        async def rollback(self) -> None: ...

    for commit, expected in ((False, 0), (True, 1)):
        async with post.container.scoped_context() as scope:
            scope.units.add(Unit())
            await (await scope.aresolve(Jobs)).enqueue(Note("a"))
            assert post.server.queues["default"].qsize() == 0
            await scope.units.settle(commit=commit)
        assert post.server.queues["default"].qsize() == expected


async def test_job_31_a_job_waits_for_the_transaction_that_is_passed(post):
    callbacks = []

    class Opened:
        def after_commit(self, callback) -> None:
            callbacks.append(callback)

    async with post.container.scoped_context() as scope:
        await (await scope.aresolve(Jobs)).enqueue(Note("a"), after=Opened())
    assert post.server.queues["default"].qsize() == 0
    await callbacks[0]()
    assert post.server.queues["default"].qsize() == 1


@pytest.mark.parametrize("call", ["startup", "kick"])
async def test_job_36_a_broker_that_is_down_is_an_error_where_nothing_is_waited_for(post, call):
    post.server.failing = {call, "shutdown"}
    with pytest.raises(ConnectionError, match=f"{call} fails"):
        await post.enqueue(Note("a"))
    post.server.failing = set()
    await post.enqueue(Note("b"))
    await post.work(acknowledged=1)
    assert post.journal == ["b"]


async def test_job_47_an_unknown_job_is_sent_again_and_a_message_that_is_none_is_dropped(
    post, caplog
):
    await post.transport.send("default", b"{}")
    await post.transport.send("default", b'{"enqueued_at": 7}')
    await post.transport.send("default", b"\xff")
    await post.enqueue(Note("a"))
    del post.registry._by_name["Note"]  # noqa: SLF001  # as in another release
    worker, running = post.start()
    await post.reaches(post.server.acknowledged, 3)
    worker.stop()
    await running
    assert caplog.text.count("a message of default is dropped") == 3
    post.registry.register(Note)
    worker, running = post.start()
    await post.reaches(post.journal, 1)
    worker.stop()
    await running
    assert post.journal == ["a"]


async def test_job_57_a_job_that_is_delivered_twice_is_acknowledged_twice(post):
    await post.enqueue(Note("a"))
    message = post.server.queues["default"].get_nowait()
    for _ in range(2):
        post.server.queues["default"].put_nowait(message)
    await post.work(acknowledged=2)
    assert post.journal == ["a", "a"]  # nothing but a database knows that it was done


async def test_job_82_a_job_that_the_stop_has_cancelled_is_sent_again(post):
    await post.enqueue(Hanging())
    worker, running = post.start(stop_seconds=0)
    await post.reaches(post.journal, 1)
    worker.stop()
    await running
    assert post.server.queues["default"].qsize() == 1


async def test_job_83_what_was_received_and_has_not_begun_is_sent_again(post):
    await post.enqueue(Hanging(), *(Note(str(number)) for number in range(5)))
    worker, running = post.start(stop_seconds=0, concurrency=1)
    await post.reaches(post.journal, 1)
    await post.enqueue(Mail("a"), Mail("b"))
    worker.stop()
    await running
    assert post.server.queues["default"].qsize() == 6
    assert post.server.queues["mail"].qsize() == 2
    assert post.journal == ["begun"]


async def test_job_83_what_cannot_be_handed_back_is_delivered_again(post, caplog):
    await post.enqueue(Hanging())
    worker, running = post.start(stop_seconds=0)
    await post.reaches(post.journal, 1)
    post.server.failing = {"kick"}
    worker.stop()
    await running
    assert "a message of default is not handed back" in caplog.text
    assert post.server.queues["default"].qsize() == 1  # its connection has ended


async def test_an_inbox_ends_though_a_broker_takes_its_cancellation_for_the_end():
    listening = asyncio.Event()

    class Deaf:
        @asynccontextmanager
        async def receive(self, queue, unaccepted):
            async def deliveries():
                listening.set()
                with suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()
                for none in ():
                    yield none

            yield deliveries()

    async with Inbox(Deaf(), ["default"], 1):
        await listening.wait()


async def test_job_84_a_worker_that_is_cancelled_acknowledges_nothing_that_is_not_sent_again(post):
    await post.enqueue(Hanging())
    _, running = post.start()
    await post.reaches(post.journal, 1)
    running.cancel()
    await asyncio.wait([running])
    assert post.server.queues["default"].qsize() == 1


async def test_job_85_a_worker_survives_that_its_broker_cannot_be_reached(post, caplog):
    post.server.failing = {"listen"}
    worker, running = post.start()
    while "no jobs of mail" not in caplog.text:  # noqa: ASYNC110  # no time passes
        await asyncio.sleep(0)
    post.server.failing = {"ack", "kick"}
    post.server.queues["default"].put_nowait(b"{}")
    while "is not accepted" not in caplog.text:  # noqa: ASYNC110  # no time passes
        await asyncio.sleep(0)
    worker.stop()
    await running


async def test_a_retry_is_sent_again_with_its_attempt(post):
    class Again(Job, attempts=2):
        async def handle(self, journal: Journal) -> None:
            journal.append("again")
            if len(journal) < 2:
                raise Retry(after=0)

    post.registry.register(dataclass(frozen=True)(Again))
    await post.enqueue(Again())
    await post.work(acknowledged=2)
    assert post.journal == ["again", "again"]


async def test_what_a_broker_does_not_promise_is_refused_at_the_start(post):
    post.registry.register(Patient)
    with pytest.raises(MissingCapability, match="job Patient needs `delay` to wait between its 3"):
        await post.container.boot()


async def test_settling_is_left_to_the_worker_that_has_received_a_job(post):
    (id_,) = await post.enqueue(Note("a"))
    envelope = read_message(post.server.queues["default"].get_nowait())
    await post.backend.settle(envelope, Released())
    assert (envelope.id, post.server.acknowledged) == (id_, [])
