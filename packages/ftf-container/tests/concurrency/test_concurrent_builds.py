"""Builds that overlap, in tasks, threads and event loops; see also `test_concurrency`."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier

import pytest
import pytest_asyncio
from services import Pool, Repository, Session

from ftf.container import Container, Scope, clear_scoped_cache, set_scoped_cache


class Cache: ...


class Service:
    def __init__(self, pool: Pool, cache: Cache, repository: Repository) -> None:
        self.parts = pool, cache, repository.session


class Counted:
    """A factory that waits, and counts how often it was asked."""

    def __init__(self, make: type) -> None:
        self.make, self.calls, self.go = make, 0, asyncio.Event()

    async def __call__(self) -> object:
        self.calls += 1
        await self.go.wait()
        return self.make()


@pytest.mark.parametrize("lifetime", ["singleton", "scoped"])
async def test_edge_47_overlapping_builds_share_what_they_have_in_common(lifetime):
    container, factory = Container(), Counted(Session)
    container.register(Session, factory, scope=lifetime)
    async with container.scoped_context() as scope, asyncio.TaskGroup() as group:
        asks = [group.create_task(scope.aresolve(key)) for key in (Session, Repository, Service)]
        await asyncio.sleep(0)
        factory.go.set()
    session, repository, service = (ask.result() for ask in asks)
    assert session is repository.session is service.parts[2]
    assert factory.calls == 1


async def test_edge_47_sibling_scopes_build_side_by_side_and_do_not_mix():
    container, met = Container(), asyncio.Barrier(2)

    async def meet() -> Session:
        await met.wait()
        return Session()

    container.register(Session, meet, scope="scoped")

    async def request() -> set[Session]:
        async with container.scoped_context():
            asks = (container.aresolve(Session) for _ in range(5))
            return set(await asyncio.gather(*asks))

    first, second = await asyncio.gather(request(), request())
    assert (len(first), len(second), len(first | second)) == (1, 1, 2)


@pytest.fixture
def container() -> Container:
    container = Container()
    container.register(Session, scope="scoped")
    return container


@pytest_asyncio.fixture
async def request_scope(container) -> AsyncIterator[Scope]:
    async with container.scoped_context() as scope:
        yield scope


async def test_edge_48_a_scope_opened_in_an_async_fixture_serves_the_test(container, request_scope):
    assert container.resolve(Session) is request_scope.resolve(Session)
    assert await container.aresolve(Session) is request_scope.resolve(Session)


async def test_edge_49_each_thread_of_one_scope_gets_the_same_instance(container):
    async with container.scoped_context() as scope:
        asks = (asyncio.to_thread(container.resolve, Repository) for _ in range(16))
        made = await asyncio.gather(*asks)
        assert {each.session for each in made} == {scope.resolve(Session)}


def test_edge_50_a_scope_of_one_container_is_none_of_anothers(container):
    other, third = Container(), Container()
    for each in (other, third):
        each.register(Session, scope="scoped")
    with container.scoped_context() as outer, other.scoped_context(), third.scoped_context():
        sessions = [each.resolve(Session) for each in (container, other, third)]
        assert len(set(sessions)) == 3
        assert sessions[0] is outer.resolve(Session)


def test_edge_50_a_scope_opened_by_hand_serves_each_container_apart(container):
    other = Container()
    other.register(Session, scope="scoped")
    set_scoped_cache({})
    try:
        sessions = container.resolve(Session), other.resolve(Session)
        assert sessions == (container.resolve(Session), other.resolve(Session))
        assert sessions[0] is not sessions[1]
    finally:
        clear_scoped_cache()


def test_edge_52_a_singleton_of_a_dead_event_loop_is_delivered_in_the_next_one():
    made = []

    async def make() -> Pool:
        await asyncio.sleep(0)
        made.append(Pool())
        return made[-1]

    container = Container()
    container.register(Pool, make, scope="singleton")
    first, second = (asyncio.run(container.aresolve(Pool)) for _ in range(2))
    assert first is second is container.resolve(Pool)
    assert len(made) == 1


def test_edge_52_a_build_that_died_with_its_event_loop_is_begun_anew_in_the_next_one():
    container, slow = Container(), Counted(Pool)
    container.register(Pool, slow, scope="singleton")

    async def give_up() -> None:
        task = asyncio.create_task(container.aresolve(Pool))
        await asyncio.sleep(0)
        assert not task.done()

    asyncio.run(give_up())

    async def again() -> Pool:
        slow.go = asyncio.Event()
        slow.go.set()
        return await container.aresolve(Pool)

    assert isinstance(asyncio.run(again()), Pool)
    assert slow.calls == 2


def test_edge_52_event_loops_in_parallel_get_one_singleton_and_scopes_of_their_own():
    container, barrier = Container(), Barrier(8, timeout=30)

    async def make() -> Pool:
        await asyncio.sleep(0)
        return Pool()

    container.register(Pool, make, scope="singleton")
    container.register(Session, scope="scoped")

    async def main() -> tuple[Pool, Session]:
        barrier.wait()
        async with container.scoped_context() as scope:
            return await scope.aresolve(Pool), await scope.aresolve(Session)

    with ThreadPoolExecutor(8) as threads:
        runs = [threads.submit(copy_context().run, asyncio.run, main()) for _ in range(8)]
        pools, sessions = zip(*(run.result(timeout=30) for run in runs), strict=True)
    assert (len(set(pools)), len(set(sessions))) == (1, 8)


@pytest.mark.parametrize("lifetime", ["singleton", "scoped"])
async def test_edge_53_when_every_build_fails_each_caller_gets_the_error_of_its_own(lifetime):
    failures = []

    async def fail() -> Pool:
        await asyncio.sleep(0)
        failures.append(ValueError(f"failure {len(failures)}"))
        raise failures[-1]

    container = Container()
    container.register(Pool, fail, scope=lifetime)
    async with container.scoped_context() as scope:
        asks = (scope.aresolve(Pool) for _ in range(3))
        results = await asyncio.gather(*asks, return_exceptions=True)
    assert results == failures
    assert len(failures) == 3


async def test_edge_53_a_waiter_of_the_same_scope_takes_over_from_a_cancelled_builder():
    container, factory = Container(), Counted(Session)
    container.register(Session, factory, scope="scoped")
    async with container.scoped_context() as scope:
        builder, *waiters = (asyncio.create_task(scope.aresolve(Session)) for _ in range(4))
        await asyncio.sleep(0)
        builder.cancel()
        await asyncio.wait([builder])
        factory.go.set()
        assert set(await asyncio.gather(*waiters)) == {scope.resolve(Session)}
    assert factory.calls == 2


async def test_edge_55_unrelated_singletons_are_built_in_parallel():
    container, met = Container(), asyncio.Barrier(2)

    def meeting(key: type):
        async def make() -> key:
            await met.wait()
            return key()

        return make

    for key in (Pool, Cache):
        container.register(key, meeting(key), scope="singleton")
    pool, cache = await asyncio.gather(container.aresolve(Pool), container.aresolve(Cache))
    assert (type(pool), type(cache)) == (Pool, Cache)


def test_edge_55_unrelated_singletons_are_built_in_parallel_by_threads():
    container, met = Container(), Barrier(2, timeout=30)
    for key in (Pool, Cache):
        container.register(key, lambda key=key: met.wait() * 0 or key(), scope="singleton")
    with ThreadPoolExecutor(2) as threads:
        pool, cache = threads.map(container.resolve, (Pool, Cache))
    assert (type(pool), type(cache)) == (Pool, Cache)
