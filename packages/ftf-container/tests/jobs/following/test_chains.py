"""Jobs that follow each other."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from services import Journal

from ftf.container import Container, Correlation, InvalidRegistrationError
from ftf.container.jobs import (
    Capabilities,
    Discard,
    Fixed,
    Job,
    JobBackend,
    JobRegistry,
    Jobs,
    JobsProvider,
    MemoryJobs,
    MissingCapability,
    UnwritableJob,
)


@dataclass(frozen=True)
class Step(Job, attempts=2, backoff=Fixed(0)):
    name: str
    error: str = ""

    async def handle(self, journal: Journal, correlation: Correlation) -> None:
        journal.append(f"{self.name}{correlation}")
        if self.error == "discard":
            raise Discard
        if self.error:
            raise ValueError(self.error)


@dataclass(frozen=True)
class Alarm(Step, queue="alarms"): ...


async def chain(shop, *jobs: Job, **options: object) -> str:
    shop.registry.register(Step, Alarm)
    async with shop.container.scoped_context() as scope:
        return await (await scope.aresolve(Jobs)).chain(*jobs, **options)


async def test_job_74_a_job_exists_once_the_one_before_it_is_done(shop):
    await chain(shop, Step("a"), Step("b"), Alarm("c"), catch=Step("caught"))
    await shop.work(queues=["default"])
    assert shop.journal == ["a", "b"]
    await shop.work()
    assert shop.journal == ["a", "b", "c"]
    ids = [envelope.id for envelope, _ in shop.backend.settled]
    assert len(set(ids)) == 3
    assert shop.backend.settled[-1][0].queue == "alarms"


async def test_job_74_a_job_that_is_tried_again_is_followed_once(shop):
    @dataclass(frozen=True)
    class Second(Step):
        async def handle(self, journal: Journal) -> None:
            journal.append(self.name)
            if journal.count(self.name) == 1:
                raise ValueError("once")

    shop.registry.register(Second)
    await chain(shop, Second("a"), Step("b"))
    await shop.work()
    assert shop.journal == ["a", "a", "b"]


async def test_job_74_after_a_failure_nothing_follows_but_what_catches_it(shop):
    await chain(shop, Step("a"), Step("b", "no"), Step("c"), catch=Alarm("caught"))
    await shop.work()
    assert shop.journal == ["a", "b", "b", "caught"]


@pytest.mark.parametrize("error", ["no", "discard"])
async def test_job_74_without_a_catch_nothing_follows(shop, error):
    await chain(shop, Step("a", error), Step("b"))
    await shop.work()
    assert set(shop.journal) == {"a"}


async def test_job_74_a_discarded_job_is_no_failure(shop):
    await chain(shop, Step("a", "discard"), Step("b"), catch=Step("caught"))
    await shop.work()
    assert shop.journal == ["a"]


async def test_job_74_the_catch_of_a_chain_is_not_caught_itself(shop):
    await chain(shop, Step("a", "no"), catch=Step("caught", "no"))
    await shop.work()
    assert shop.journal == ["a", "a", "caught", "caught"]
    assert len(shop.backend.failed) == 2


async def test_a_chain_keeps_the_correlation_of_its_enqueue(shop):
    shop.registry.register(Step)
    async with shop.container.scoped_context({Correlation: Correlation({"request-id": "r1"})}) as s:
        await (await s.aresolve(Jobs)).chain(Step("a"), Step("b"))
    await shop.work()
    assert shop.journal == ["a (request r1)", "b (request r1)"]


async def test_a_chain_may_wait(shop):
    await chain(shop, Step("a"), delay=timedelta(hours=1))
    await shop.work()
    assert shop.journal == []


async def test_a_stored_chain_can_be_read(shop):
    await chain(shop, Step("a"), Alarm("b"), catch=Step("c"))
    (envelope,) = await shop.backend.claim((), 9)
    assert shop.registry.read_chain(envelope) == [Step("a"), Alarm("b")]
    assert shop.registry.read_chain(replace(envelope, chain=None)) == [Step("a")]


async def test_a_chain_that_cannot_be_kept_is_refused_as_a_whole(shop):
    @dataclass(frozen=True)
    class Unknown(Step): ...

    with pytest.raises(TypeError, match="without a job"):
        await chain(shop)
    with pytest.raises(InvalidRegistrationError, match="Unknown is not registered"):
        await chain(shop, Step("a"), Unknown("b"))
    with pytest.raises(UnwritableJob, match=r"Step\.name is 3"):
        await chain(shop, Step("a"), catch=Step(3))
    await shop.work()
    assert shop.journal == []


async def test_a_backend_without_chains_is_named():
    class Poor(MemoryJobs):
        capabilities = Capabilities(delay=True)

    container = Container()
    container.add_provider(JobsProvider(concurrency=0))
    container.register(JobBackend, Poor, scope="singleton")
    JobRegistry.of(container).register(Step)
    async with container.scoped_context() as scope:
        with pytest.raises(MissingCapability, match=r"chain\(\) needs `chains`"):
            await (await scope.aresolve(Jobs)).chain(Step("a"), Step("b"))
