"""Jobs that run beside each other, and what follows the end of them all."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from services import Journal

from ftf.container import Container, Correlation, InvalidRegistrationError, UnitsOfWork
from ftf.container.jobs import (
    Batch,
    BatchEnded,
    Capabilities,
    Discard,
    Done,
    Envelope,
    Fixed,
    Job,
    JobBackend,
    JobRun,
    Jobs,
    JobsProvider,
    MemoryJobs,
    MissingCapability,
)


class Unit:
    async def commit(self) -> None: ...

    async def rollback(self) -> None: ...


@dataclass(frozen=True)
class Part(Job, attempts=2, backoff=Fixed(0)):
    name: str
    error: str = ""

    async def handle(self, journal: Journal) -> None:
        journal.append(self.name)
        if self.error == "discard":
            raise Discard
        if self.error:
            raise ValueError(self.error)


@dataclass(frozen=True)
class After(Job, queue="after"):
    name: str

    async def handle(self, journal: Journal, run: JobRun, correlation: Correlation) -> None:
        journal.append(f"{self.name}{correlation}{run.batch}")


@dataclass(frozen=True)
class Adding(Job, attempts=2, backoff=Fixed(0)):
    """Adds a part to its batch, and fails at first."""

    async def handle(self, jobs: Jobs, run: JobRun, journal: Journal, units: UnitsOfWork) -> None:
        units.add(Unit())
        await jobs.add_to_batch([Part(f"added by {run.attempt}")])
        if run.attempt == 1:
            raise ValueError("no")
        journal.append("adding")


FOLLOWING = {"then": After("then"), "catch": After("catch"), "always": After("always")}


async def batch(shop, *jobs: Job, **options: object) -> str:
    shop.registry.register(Part, After, Adding)
    async with shop.container.scoped_context() as scope:
        return await (await scope.aresolve(Jobs)).batch(jobs, **(FOLLOWING | options))


async def test_job_75_what_follows_a_batch_exists_once_all_members_have_ended(shop):
    await batch(shop, Part("a"), Part("b", "discard"), Part("c"))
    await shop.work(queues=["default"])
    assert shop.journal == ["a", "b", "c"]
    await shop.work()
    assert shop.journal == ["a", "b", "c", "then", "always"]


async def test_job_75_a_member_that_fails_is_caught_once_and_does_not_stop_the_others(shop):
    await batch(shop, Part("a", "no"), Part("b", "no"), Part("c"))
    await shop.work(queues=["default"], concurrency=1)
    assert sorted(shop.journal) == ["a", "a", "b", "b", "c"]
    await shop.work()
    assert shop.journal[5:] == ["catch", "always"]


async def test_job_75_a_batch_may_allow_failures(shop):
    await batch(shop, Part("a", "no"), allow_failures=True)
    await shop.work()
    assert shop.journal == ["a", "a", "catch", "then", "always"]


async def test_job_76_an_empty_batch_is_followed_at_once(shop):
    await batch(shop)
    await shop.work()
    assert shop.journal == ["then", "always"]


async def test_job_76_without_anything_that_follows_nothing_does(shop):
    await batch(shop, Part("a", "no"), then=None, catch=None, always=None)
    await batch(shop, then=None, catch=None, always=None)
    await shop.work()
    assert shop.journal == ["a", "a"]


async def test_job_76_a_member_may_add_members(shop):
    await batch(shop, Adding())
    await shop.work(concurrency=1)
    assert shop.journal == ["adding", "added by 2", "then", "always"]


async def test_job_76_only_a_member_may_add_members(shop):
    @dataclass(frozen=True)
    class Late(Job, attempts=1):
        async def handle(self, jobs: Jobs, journal: Journal) -> None:
            with pytest.raises(BatchEnded, match="no member runs here: call add_to_batch"):
                await jobs.add_to_batch([Part("a")])
            journal.append("refused")

    shop.registry.register(Late)
    await batch(shop, Part("a"), then=Late(), always=None)
    await shop.work()
    assert shop.journal == ["a", "refused"]
    async with shop.container.scoped_context() as scope:
        with pytest.raises(BatchEnded, match="no member runs here") as e:
            await (await scope.aresolve(Jobs)).add_to_batch([Part("b")])
    assert not e.value.batch


async def test_job_76_a_batch_that_has_ended_takes_no_members(shop):
    backend = MemoryJobs()
    async with shop.container.scoped_context() as scope:
        with pytest.raises(BatchEnded, match="all members of the batch 7 have ended"):
            await backend.add_to_batch("7", [], scope)


async def test_job_76_a_batch_that_ends_while_a_member_is_added_is_followed_once(shop):
    """An attempt that was left alone may commit after its job has failed."""
    backend = MemoryJobs()
    envelope = Envelope("1", "Part", {}, "default", datetime(2026, 1, 1, tzinfo=UTC), batch="7")
    links = shop.registry, None, None, After("always")
    shop.registry.register(Part, After)
    following = Batch.of(*links, allow_failures=False, headers={})
    async with shop.container.scoped_context() as scope:
        await backend.enqueue_batch("7", following, [envelope], scope, None)
        scope.units.add(Unit())
        await backend.add_to_batch("7", [replace(envelope, id="2")], scope)
        for each in await backend.claim([], 9):
            await backend.settle(each, Done())
        await scope.units.settle(commit=True)
    found = [each.name for each in await backend.claim([], 9)]
    assert sorted(found) == ["After", "Part"]
    await backend.settle(replace(envelope, id="2"), Done())
    assert await backend.claim([], 9) == []


async def test_job_31_a_batch_exists_once_the_work_around_it_is_committed(shop):
    shop.registry.register(Part, After)
    for commit in (False, True):
        async with shop.container.scoped_context() as scope:
            scope.units.add(Unit())
            await (await scope.aresolve(Jobs)).batch([Part(str(commit))], **FOLLOWING)
            await shop.work()
            assert shop.journal == []
            await scope.units.settle(commit=commit)
    await shop.work()
    assert shop.journal == ["True", "then", "always"]


async def test_a_batch_keeps_the_correlation_of_its_enqueue(shop):
    shop.registry.register(Part, After)
    correlation = {Correlation: Correlation({"request-id": "r1"})}
    async with shop.container.scoped_context(correlation) as scope:
        await (await scope.aresolve(Jobs)).batch([Part("a")], then=After("then"))
    await shop.work()
    assert shop.journal == ["a", "then (request r1)"]


async def test_a_job_that_follows_a_batch_has_to_be_registered(shop):
    shop.registry.register(Part)
    async with shop.container.scoped_context() as scope:
        with pytest.raises(InvalidRegistrationError, match="After is not registered"):
            await (await scope.aresolve(Jobs)).batch([Part("a")], then=After("then"))


async def test_a_backend_without_batches_refuses_them():
    class Poor(MemoryJobs):
        capabilities = Capabilities(delay=True)

    container = Container()
    container.add_provider(JobsProvider(concurrency=0))
    container.register(JobBackend, Poor, scope="singleton")
    async with container.scoped_context() as scope:
        jobs = await scope.aresolve(Jobs)
        with pytest.raises(MissingCapability, match=r"batch\(\) needs `batches`"):
            await jobs.batch([])
        with pytest.raises(MissingCapability, match=r"add_to_batch\(\) needs `batches`"):
            await jobs.add_to_batch([])


def test_what_follows_a_batch_is_read_back_as_it_was_written(shop):
    shop.registry.register(Part, After)
    links = shop.registry, After("then"), None, After("always")
    found = Batch.of(*links, allow_failures=True, headers={"request-id": "r1"})
    assert Batch.read(found.write()) == found
