"""The worker: how many jobs run at once, and how it stops."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from services import Journal

from ftf.container.jobs import (
    Done,
    Envelope,
    Failed,
    Job,
    LeaseLost,
    MemoryJobs,
    MemorySchedules,
    Worker,
)


class Gate:
    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.started = asyncio.Semaphore(0)


@dataclass(frozen=True)
class Pass(Job):
    number: int

    async def handle(self, gate: Gate, journal: Journal) -> None:
        gate.started.release()
        try:
            await gate.open.wait()
        except asyncio.CancelledError:
            journal.append(f"cancelled {self.number}")
            raise
        journal.append(f"passed {self.number}")


@pytest.fixture
async def gate(shop) -> Gate:
    gate = Gate()
    shop.container.instance(Gate, gate)
    shop.registry.register(Pass)
    return gate


async def test_job_58_each_job_runs_once_among_two_workers(shop, gate):
    gate.open.set()
    await shop.enqueue(*map(Pass, range(200)))
    first, running = shop.start(concurrency=3)
    second, also_running = shop.start(concurrency=3)
    await shop.backend.idle.wait()
    first.stop()
    second.stop()
    await asyncio.gather(running, also_running)
    assert sorted(shop.journal) == sorted(f"passed {number}" for number in range(200))


async def test_no_more_jobs_run_at_once_than_allowed(shop, gate):
    await shop.enqueue(*map(Pass, range(5)))
    worker, running = shop.start(concurrency=2)
    for _ in "ab":
        await gate.started.acquire()
    assert shop.backend.running == 2
    gate.open.set()
    await shop.backend.idle.wait()
    worker.stop()
    await running
    assert len(shop.journal) == 5


async def test_job_80_an_idle_worker_stops_at_once(shop):
    worker, running = shop.start()
    await shop.backend.idle.wait()
    worker.stop()
    await running


async def test_job_81_a_running_job_may_end(shop, gate):
    await shop.enqueue(Pass(1), Pass(2))
    worker, running = shop.start(concurrency=1)
    await gate.started.acquire()
    worker.stop()
    gate.open.set()
    await running
    assert shop.journal == ["passed 1"]
    assert shop.backend.outcomes == ["Done"]


@pytest.mark.parametrize("hurry", [True, False])
async def test_job_82_a_job_that_takes_too_long_is_released_without_an_attempt(shop, gate, hurry):
    await shop.enqueue(Pass(1))
    worker, running = shop.start(stop_seconds=3600 if hurry else 0)
    await gate.started.acquire()
    worker.stop()
    if hurry:
        worker.stop()
    await running
    assert shop.journal == ["cancelled 1"]
    assert shop.backend.outcomes == ["Released"]
    gate.open.set()
    await shop.work()
    assert shop.journal == ["cancelled 1", "passed 1"]
    assert [envelope.attempt for envelope, _ in shop.backend.settled] == [0, 0]


async def test_job_84_a_worker_that_is_cancelled_releases_its_jobs(shop, gate):
    await shop.enqueue(Pass(1))
    _, running = shop.start()
    await gate.started.acquire()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert shop.backend.outcomes == ["Released"]
    gate.open.set()
    await shop.work()
    assert shop.journal == ["cancelled 1", "passed 1"]


async def test_job_84_a_loop_that_ends_releases_the_jobs_that_run(shop, gate):
    await shop.enqueue(Pass(1))
    _, running = shop.start()
    await gate.started.acquire()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert shop.journal == ["cancelled 1"]
    assert shop.backend.outcomes == ["Released"]


def test_a_worker_that_would_run_nothing_is_refused(shop):
    with pytest.raises(ValueError, match="at least one job at a time"):
        Worker(shop.container, shop.backend, shop.registry, concurrency=0)


def test_queues_that_are_one_text_are_refused(shop):
    with pytest.raises(TypeError, match=r"queues='mail' is a text: pass a list"):
        Worker(shop.container, shop.backend, shop.registry, queues="mail")


async def test_a_worker_runs_once(shop):
    worker, running = shop.start()
    worker.stop()
    await running
    with pytest.raises(RuntimeError, match="A worker runs once"):
        await worker.run()


async def test_a_worker_does_not_look_again_and_again_because_of_another_queue(shop):
    await shop.enqueue(Pass(1), queue="other")
    worker, running = shop.start(queues=["mail"])
    await shop.backend.idle.wait()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(shop.backend.wait(["mail"]), 0.01)
    worker.stop()
    await running


async def test_a_job_of_another_thread_wakes_the_worker(shop, gate):
    worker, running = shop.start()
    await shop.backend.idle.wait()
    gate.open.set()
    await asyncio.to_thread(asyncio.run, shop.enqueue(Pass(1)))
    await gate.started.acquire()
    worker.stop()
    await running
    assert shop.journal == ["passed 1"]


async def test_a_job_that_does_not_end_when_the_worker_stops_is_left_alone(shop, caplog):
    @dataclass(frozen=True)
    class Stubborn(Job):
        async def handle(self, gate: Gate) -> None:
            gate.started.release()
            try:
                await gate.open.wait()
            except asyncio.CancelledError:
                await gate.open.wait()

    gate = Gate()
    shop.container.instance(Gate, gate)
    await shop.enqueue(Stubborn())
    worker, running = shop.start(stop_seconds=0, cleanup_seconds=0.01)
    await gate.started.acquire()
    worker.stop()
    await running
    assert "does not end, and is left alone" in caplog.text
    assert "left Runner" not in caplog.text
    assert shop.backend.outcomes == ["Released"]
    gate.open.set()
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})


async def test_job_55_the_outcome_of_an_attempt_that_took_too_long_is_dropped(shop, gate, caplog):
    settle = shop.backend.settle

    async def lose(envelope: Envelope, outcome: object) -> None:
        await settle(envelope, outcome)
        raise LeaseLost(envelope.name, envelope.id)

    shop.backend.settle = lose
    gate.open.set()
    await shop.enqueue(Pass(1), Pass(2))
    await shop.work(concurrency=1)
    assert shop.journal == ["passed 1", "passed 2"]
    assert "was handed out again while this attempt went on" in caplog.text


async def test_the_jobs_that_follow_are_kept_with_the_outcome(shop):
    backend, (first, second, third) = MemoryJobs(), map(envelope, range(3))
    await backend.settle(first, Done(then=(second,)))
    await backend.settle(first, Failed(ValueError("no"), then=(third,)))
    assert await backend.claim([], 9) == [second, third]


async def test_each_slot_of_a_schedule_is_used_once(shop):
    backend, (first, second, third) = MemoryJobs(), map(envelope, range(3))
    schedules = MemorySchedules(backend)
    early, late = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)
    async with shop.container.scoped_context() as scope:
        assert await schedules.last(["prune"], scope) == {}
        assert await schedules.use("prune", late, [first], scope) == [first.id]
        assert await schedules.use("prune", late, [second], scope) is None
        assert await schedules.use("prune", early, [second], scope) is None
        assert await schedules.use("other", early, [third], scope) == [third.id]
        assert await schedules.use("empty", early, [], scope) == []
        assert await schedules.last(["prune", "none"], scope) == {"prune": late}
    assert await backend.claim([], 9) == [first, third]


def envelope(number: int) -> Envelope:
    return Envelope(str(number), "Pass", {}, "default", datetime(2026, 1, 1, tzinfo=UTC))


async def test_job_79_a_long_queue_does_not_hold_up_another(shop):
    @dataclass(frozen=True)
    class Note(Job):
        text: str

        async def handle(self, journal: Journal) -> None:
            journal.append(self.text)

    await shop.enqueue(*[Note(f"a {number}") for number in range(3)], queue="a")
    await shop.enqueue(Note("b 0"), Note("b 1"), queue="b")
    await shop.enqueue(Note("c 0"), queue="c")
    await shop.work(queues=["a", "b"], concurrency=1)
    assert shop.journal == ["a 0", "b 0", "a 1", "b 1", "a 2"]
    await shop.work()
    assert shop.journal[5:] == ["c 0"]
