"""Jobs that real brokers carry: `nox -s brokers`, which installs them where it can.

Each test runs with each broker, and with jobs in SQLite, in PostgreSQL, or in the broker alone.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import job_kill
import pytest
from bookshop import AuthorRepository
from broker_servers import PROGRAMS, Server, missing
from job_kill import Fuse, HireOnce
from job_shop import Hire, Journal, Note, Shop
from job_worker import HireSlowly
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container import Container
from ftf.container.jobs import Envelope, JobBackend, JobsProvider, JobTransport, Outcome, Run
from ftf.orm import DatabaseProvider

# taskiq-redis leaves a pipeline open where a worker stops while it looks for lost messages.
_UNCLOSED = "ignore:Unclosed client session <redis.asyncio.client.Pipeline:ResourceWarning"
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings(_UNCLOSED)]


class Counted:
    """A backend that notes what becomes of each attempt."""

    def __init__(self, backend: JobBackend) -> None:
        self.backend, self.idle, self.outcomes = backend, asyncio.Event(), Journal()
        self.enqueue, self.settle = backend.enqueue, backend.settle
        self.capabilities = backend.capabilities

    async def work(self, run: Run, **options: object) -> None:
        async def noted(envelope: Envelope) -> Outcome:
            outcome = await run(envelope)
            self.outcomes.append(type(outcome).__name__)
            return outcome

        await self.backend.work(noted, **options)


class BrokerShop(Shop):
    """An application whose jobs a broker carries."""

    url: str
    transport: JobTransport

    async def work_until(self, outcomes: int, **options: object) -> None:
        """Run jobs until so many attempts were made, and those that run have ended."""
        worker, running = self.start(**options)
        reached = asyncio.create_task(self.backend.outcomes.reaches(outcomes))
        await asyncio.wait({running, reached}, return_when="FIRST_COMPLETED", timeout=120)
        counted = reached.done()
        reached.cancel()
        worker.stop()
        await running
        assert counted, f"{self.backend.outcomes}, {await self.rows()}"


@pytest.fixture(scope="session", params=list(PROGRAMS))
def broker_server(request, tmp_path_factory):
    if missing():
        pytest.skip(f"not installed: {', '.join(missing())}")
    server = Server(request.param, tmp_path_factory.mktemp(request.param))
    yield server
    server.kill()


@pytest.fixture
async def broker(broker_server) -> Server:
    if not broker_server.is_running:
        await broker_server.start()
    return broker_server


@asynccontextmanager
async def opened(engine: AsyncEngine, database_url: str, url: str) -> AsyncIterator[BrokerShop]:
    async with Container() as container:
        container.add_provider(DatabaseProvider(database_url), JobsProvider(url, concurrency=0))
        container.instance(AsyncEngine, engine)
        container.register(AuthorRepository)
        container.register(Journal, scope="singleton")
        container.instance(Fuse, Fuse("never"))
        container.extend(JobBackend, lambda backend, _: Counted(backend))
        shop = BrokerShop(container, engine, await container.aresolve(JobBackend))
        shop.registry.register(HireOnce, HireSlowly)
        shop.url, shop.transport = url, await container.aresolve(JobTransport)
        yield shop


@pytest.fixture
async def shop(engine, database_url, broker) -> AsyncIterator[BrokerShop]:
    """Jobs in the database that the broker carries."""
    async with opened(engine, database_url, f"{broker.url}?outbox=true&poll=0.2") as shop:
        yield shop


@pytest.fixture
async def alone(engine, database_url, broker) -> AsyncIterator[BrokerShop]:
    """Jobs in the broker alone."""
    async with opened(engine, database_url, f"{broker.url}?lease=2") as shop:
        yield shop


@pytest.fixture(params=["outbox=true&poll=0.2", "lease=2"])
async def either(request, engine, database_url, broker) -> AsyncIterator[BrokerShop]:
    """Jobs of each kind in turn."""
    async with opened(engine, database_url, f"{broker.url}?{request.param}") as shop:
        yield shop


@asynccontextmanager
async def process(shop: Shop, *command: str, **settings: str) -> AsyncIterator:
    folder = str(Path(job_kill.__file__).parent)
    database = shop.engine.url.render_as_string(hide_password=False)
    own = {"PYTHONPATH": ":".join([*sys.path, folder]), "DATABASE_URL": database}
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={**os.environ, **own, "JOBS_URL": shop.url, **settings},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def killed(shop: Shop, point: str) -> None:
    """Run a worker in a process that is killed at a point."""
    database = shop.engine.url.render_as_string(hide_password=False)
    async with process(shop, job_kill.__file__, database, point, shop.url) as started:
        _, errors = await asyncio.wait_for(started.communicate(), 120)
        assert started.returncode == -signal.SIGKILL, errors.decode()


@pytest.mark.parametrize("point", ["before", "middle", "committed", "settling"])
async def test_job_49_to_52_killed_at_a_point_a_job_runs_again_and_is_done_once(shop, point):
    await shop.enqueue(HireOnce("Ada"))
    await killed(shop, point)
    await shop.end_leases()
    await shop.work_until(1)
    assert (await shop.names(), await shop.rows()) == (["Ada"], [])


async def test_job_36_and_91_killed_around_the_sending_a_job_runs_once(shop):
    await killed(shop, "enqueued")
    await shop.end_leases()
    await killed(shop, "sent")
    await shop.end_leases()
    await shop.work_until(1)
    assert (await shop.names(), await shop.rows()) == (["Ada"], [])


async def test_job_53_a_job_that_kills_its_worker_three_times_has_failed(shop):
    await shop.enqueue(HireOnce("Ada"))
    for _ in range(3):
        await killed(shop, "middle")
        await shop.end_leases()
    await shop.enqueue(Note("a"))
    await shop.work_until(2)
    assert (await shop.names(), await shop.rows(), shop.journal) == ([], [], ["a"])
    ((error,),) = await shop.rows("SELECT error FROM ftf_failed_jobs")
    assert error.endswith("WorkerLost: HireOnce was running when its worker was lost, 3 times")


async def test_job_57_a_message_that_is_sent_twice_runs_once(shop):
    (id_,) = await shop.enqueue(Note("a"))
    for _ in range(3):
        await shop.transport.send("default", id_.encode())
    await shop.enqueue(Note("b"))
    await shop.work_until(2)
    assert (sorted(shop.journal), await shop.rows()) == (["a", "b"], [])


async def test_job_58_two_workers_run_each_job_once(shop):
    names = [f"{number:03}" for number in range(200)]
    async with shop.scope() as (_, _, jobs):
        await jobs.enqueue_many(map(Note, names))
    worker, running = shop.start()
    await shop.work_until(200)
    worker.stop()
    await running
    assert (sorted(shop.journal), await shop.rows()) == (names, [])


async def test_job_35_and_85_a_broker_that_is_killed_loses_no_job(shop, broker):
    await shop.enqueue(Hire("Ada"), Note("a"))
    worker, running = shop.start()
    await shop.backend.outcomes.reaches(2)
    broker.kill()
    await shop.enqueue(Hire("Bob"), Note("b"))  # which does not wait for the broker
    await broker.start()
    await shop.end_leases()
    reached = asyncio.create_task(shop.backend.outcomes.reaches(4))
    await asyncio.wait({running, reached}, return_when="FIRST_COMPLETED", timeout=120)
    assert reached.done(), await shop.rows()
    worker.stop()
    await running
    assert (await shop.names(), shop.journal) == (["Ada", "Bob"], ["a", "b"])
    assert await shop.rows() == []


async def test_job_92_what_a_broker_has_lost_is_sent_again(engine, database_url, broker):
    url = f"{broker.url}?outbox=true&poll=0.2&resend=1"
    async with opened(engine, database_url, url) as shop:
        await shop.enqueue(Hire("Ada"), Note("a"))
        await broker.lose_all()
        await shop.work_until(2)
        assert (await shop.names(), shop.journal, await shop.rows()) == (["Ada"], ["a"], [])


async def test_job_92_what_a_broker_delivers_again_is_dropped(
    engine, database_url, broker, monkeypatch
):
    from ftf.container.jobs.taskiq import TaskiqTransport  # of an extra

    delivered, accept = Counter[bytes](), TaskiqTransport._accept  # noqa: SLF001  # no way around

    async def accept_later(self, message):
        delivered[message.data] += 1
        if message.data != id_.encode() or delivered[message.data] > 1:
            await accept(self, message)

    monkeypatch.setattr(TaskiqTransport, "_accept", accept_later)
    monkeypatch.setattr("ftf.container.jobs.taskiq._url._HINT_SECONDS", 1.0)
    async with opened(engine, database_url, f"{broker.url}?outbox=true&poll=0.2") as shop:
        (id_,) = await shop.enqueue(Note("a"))
        await shop.work_until(1)
        worker, running = shop.start()  # RabbitMQ delivers again when the connection has ended
        for number in range(100):  # Redis looks for lost messages when others come
            await shop.enqueue(Note(str(number)))
            if delivered[id_.encode()] > 1:
                break
            await asyncio.sleep(0.2)
        worker.stop()
        await running
    assert (delivered[id_.encode()], shop.journal.count("a")) == (2, 1)


async def stop(started) -> None:
    """Send SIGTERM, and wait until the worker has noticed."""
    started.send_signal(signal.SIGTERM)
    async for line in started.stderr:
        if b"stopping" in line:
            return
    pytest.fail("the worker has ended without noticing")


WORK = "-m", "ftf.container.jobs", "job_worker:container", "--queue", "default"


async def test_job_81_a_job_that_runs_may_end(either):
    await either.enqueue(HireSlowly("line"))
    async with process(either, *WORK, "--grace", "600") as started:
        assert await started.stdout.readline() == b"attempt 1\n"
        await stop(started)
        started.stdin.write(b"\n")
        assert await started.wait() == 0
    assert (await either.names(), await either.rows()) == (["line"], [])


async def test_job_82_a_job_that_takes_too_long_runs_in_another_worker(either):
    await either.enqueue(HireSlowly("Ada"))
    async with process(either, *WORK, "--grace", "0.01", HANG="yes") as started:
        assert await started.stdout.readline() == b"attempt 1\n"
        await stop(started)
        assert await started.wait() == 0
    async with process(either, *WORK, "--grace", "600") as started:  # no lease has to end before
        assert await started.stdout.readline() == b"attempt 1\n"
        await stop(started)
        assert await started.wait() == 0
    assert (await either.names(), await either.rows()) == (["Ada"], [])


async def test_job_50_alone_a_broker_delivers_again_what_a_killed_worker_had(alone):
    await alone.enqueue(HireOnce("Ada"))
    await killed(alone, "middle")
    worker, running = alone.start()
    for number in range(100):  # Redis looks for lost messages when others come
        await alone.enqueue(Note(str(number)))
        if await alone.names():
            break
        await asyncio.sleep(0.2)
    worker.stop()
    await running
    assert await alone.names() == ["Ada"]
