"""Listeners that a job calls."""

from dataclasses import dataclass
from typing import Self

import pytest
from services import Journal

from ftf.container import Container, Correlation, GraphError, InvalidRegistrationError, Scope
from ftf.container.events import Events, Listeners, Subscription
from ftf.container.jobs import (
    Fixed,
    JobBackend,
    JobRegistry,
    JobRun,
    JobsProvider,
    MemoryJobs,
    QueuedListener,
    Runner,
    UnwritableJob,
    UnwritableType,
)


@dataclass(frozen=True)
class OrderPlaced:
    number: int


@dataclass(frozen=True)
class OrderPaid:
    number: int


@dataclass(frozen=True)
class RushOrder(OrderPlaced):
    hours: int = 1


class Unit:
    async def commit(self) -> None: ...

    async def rollback(self) -> None: ...


class Notify:
    def __init__(self, journal: Journal, scope: Scope) -> None:
        self.journal, self.scope = journal, scope

    async def handle(self, event: OrderPlaced | OrderPaid) -> None:
        self.journal.append(f"{type(event).__name__} {event.number}")


async def letter(event: OrderPlaced, run: JobRun, who: Correlation, journal: Journal) -> None:
    journal.append(f"{run.name} in {run.queue}{who}")


@pytest.fixture
def container() -> Container:
    container = Container()
    container.add_provider(JobsProvider(concurrency=0))
    container.register(Journal, scope="singleton")
    return container


@pytest.fixture
def on(container) -> Listeners:
    return Listeners.of(container)


async def dispatch(container, *events: object, commit: bool = True) -> None:
    """Dispatch events and run the jobs that they lead to. Return what became of each attempt."""
    correlation = Correlation({"request-id": "r1"})
    async with container.scoped_context({Correlation: correlation}) as scope:
        scope.units.add(Unit())
        for event in events:
            await (await scope.aresolve(Events)).dispatch(event)
        assert container.resolve(Journal) == []
        await scope.units.settle(commit=commit)
    backend = await container.aresolve(JobBackend)
    assert isinstance(backend, MemoryJobs)
    runner = Runner(container, JobRegistry.of(container))
    while envelopes := await backend.claim([], 1):
        await backend.settle(envelopes[0], await runner.run(envelopes[0]))


@pytest.mark.parametrize("commit", [True, False])
async def test_it_is_called_by_a_job_that_exists_after_the_commit(container, on, commit):
    on.queue(OrderPlaced, Notify)
    container.validate()
    await dispatch(container, OrderPlaced(7), OrderPlaced(8), commit=commit)
    assert container.resolve(Journal) == ["OrderPlaced 7", "OrderPlaced 8"] * commit


async def test_a_function_gets_services_of_the_job(container, on):
    on.queue(OrderPlaced, letter, queue="mail")
    await dispatch(container, OrderPlaced(7))
    assert container.resolve(Journal) == ["letter(OrderPlaced) in mail (request r1)"]


async def test_one_listener_may_be_queued_for_several_events_and_called_at_once_as_well(
    container, on
):
    on.queue(OrderPlaced, Notify)
    on.queue(OrderPaid, Notify, name="paid")
    on.listen(RushOrder, Notify)
    await dispatch(container, OrderPlaced(7), OrderPaid(8))
    assert container.resolve(Journal) == ["OrderPlaced 7", "OrderPaid 8"]
    names = [job.options.name for job in JobRegistry.of(container).all]
    assert names == ["Notify(OrderPlaced)", "paid"]
    assert on.hears(OrderPlaced, Notify)


async def test_it_is_tried_again_like_other_jobs(container, on, caplog):
    async def fail(event: OrderPlaced, run: JobRun, journal: Journal) -> None:
        journal.append(f"attempt {run.attempt}")
        raise ValueError("no paper")

    on.queue(OrderPlaced, fail, attempts=2, backoff=Fixed(0))
    await dispatch(container, OrderPlaced(7))
    assert container.resolve(Journal) == ["attempt 1", "attempt 2"]
    assert "attempt 2 (request r1) failed for good" in caplog.text


async def test_a_subscriber_queues_its_methods(container, on):
    class Audit:
        def __init__(self, journal: Journal) -> None:
            self.journal = journal

        @classmethod
        def listeners(cls, on: Subscription[Self]) -> None:
            on.queue(OrderPlaced, cls.placed, queue="audit")

        def placed(self, event: OrderPlaced) -> None:
            self.journal.append(f"audited {event.number}")

    on.subscribe(Audit)
    await dispatch(container, OrderPlaced(7))
    assert container.resolve(Journal) == ["audited 7"]
    (job,) = JobRegistry.of(container).all
    assert (job.options.name, job.options.queue) == ("Audit.placed(OrderPlaced)", "audit")


async def test_a_failing_enqueue_is_raised_by_dispatch(container, on):
    on.queue(OrderPlaced, Notify)
    async with container.scoped_context() as scope:
        events = await scope.aresolve(Events)
        with pytest.raises(UnwritableJob, match="OrderPlaced only: queue it for RushOrder as well"):
            await events.dispatch(RushOrder(1))
        with pytest.raises(UnwritableJob, match=r"Notify\.event\.number is 'x'"):
            await events.dispatch(OrderPlaced("x"))


@pytest.mark.parametrize("order", [(OrderPlaced, RushOrder), (RushOrder, OrderPlaced)])
async def test_a_listener_that_is_queued_for_a_subclass_as_well_is_called_once(
    container, on, order
):
    for event in order:
        on.queue(event, Notify)
    await dispatch(container, RushOrder(1), OrderPlaced(2))
    assert container.resolve(Journal) == ["RushOrder 1", "OrderPlaced 2"]


def test_the_job_is_known_by_its_listener(container, on):
    on.queue(OrderPlaced, Notify)
    (job,) = JobRegistry.of(container).all
    assert issubclass(job, QueuedListener)
    assert job.listener is Notify
    assert repr(job(OrderPlaced(7))) == "Notify(event=OrderPlaced(number=7))"


def test_an_event_that_cannot_be_stored_is_refused(container, on):
    class Plain: ...

    with pytest.raises(UnwritableType, match=r"event is annotated .*Plain"):
        on.queue(Plain, Notify)
    assert not on.hears(Plain, Notify)


def test_a_listener_that_is_registered_twice_is_refused(container, on):
    on.queue(OrderPlaced, Notify)
    with pytest.raises(InvalidRegistrationError, match="registered twice for OrderPlaced"):
        on.queue(OrderPlaced, Notify)


def test_validate_finds_missing_services_of_the_listener_and_missing_jobs():
    async def count(event: OrderPlaced, size: float) -> None: ...

    container = Container()
    Listeners.of(container).queue(OrderPlaced, count)
    with pytest.raises(GraphError, match="queue of OrderPlaced") as caught:
        container.validate()
    assert "listener of OrderPlaced: " in str(caught.value)
