"""Threads that resolve first, or register, at the same time."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from services import Pool, Repository, Session

from ftf.container import Container


class Cache: ...


class Service:
    def __init__(self, pool: Pool, cache: Cache, repository: Repository) -> None:
        self.parts = pool, cache, repository.session


@pytest.mark.parametrize("key", [Pool, Service])
def test_edge_51_threads_that_ask_first_at_once_get_one_singleton(key):
    for _ in range(20):
        container, barrier = Container(), Barrier(32, timeout=30)
        for each in (Pool, Cache, Session, Repository, Service):
            container.register(each, scope="singleton")

        def ask(_: int, barrier=barrier, container=container) -> object:
            barrier.wait()
            return container.resolve(key)

        with ThreadPoolExecutor(32) as threads:
            assert len(set(threads.map(ask, range(32)))) == 1


def test_edge_51_threads_that_enter_a_graph_from_all_sides_see_no_false_circle():
    keys = (Pool, Cache, Session, Repository, Service) * 6
    for _ in range(20):
        container, barrier = Container(), Barrier(len(keys), timeout=30)
        for each in set(keys):
            container.register(each, scope="singleton")

        def ask(key: type, barrier=barrier, container=container) -> object:
            barrier.wait()
            return container.resolve(key)

        with ThreadPoolExecutor(len(keys)) as threads:
            assert len(set(threads.map(ask, keys))) == 5


@pytest.mark.slow
@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "transient"])
def test_edge_51_registering_while_others_resolve_leaves_no_stale_code(lifetime):
    class Other(Pool): ...

    container = Container()
    container.register(Pool, scope=lifetime)
    stop = Event()

    def ask() -> None:
        with container.scoped_context():
            while not stop.is_set():
                container.resolve(Service)
                container.resolve(Pool)

    container.register(Session, scope=lifetime)
    with ThreadPoolExecutor(4) as threads:
        asks = [threads.submit(ask) for _ in range(4)]
        try:
            for index in range(100):
                wanted = (Pool, Other)[index % 2]
                container.register(Pool, lambda wanted=wanted: wanted(), scope=lifetime)
                container.tag(f"tag {index}", Pool)
                with container.scoped_context():
                    assert type(container.resolve(Pool)) is wanted
        finally:
            stop.set()
        for each in asks:
            each.result(timeout=30)


def test_edge_51_a_singleton_under_construction_does_not_outlive_its_registration():
    building, go = Event(), Event()

    class Other(Pool): ...

    def slow() -> Pool:
        building.set()
        go.wait(30)
        return Pool()

    container = Container()
    container.register(Pool, slow, scope="singleton")
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(container.resolve, Pool)
        building.wait(30)
        container.register(Pool, Other, scope="singleton")
        go.set()
        assert type(asked.result(timeout=30)) is Pool
    assert type(container.resolve(Pool)) is Other


async def test_edge_51_an_async_singleton_under_construction_does_not_outlive_its_registration():
    class Other(Pool): ...

    container, go = Container(), asyncio.Event()

    async def slow() -> Pool:
        await go.wait()
        return Pool()

    container.register(Pool, slow, scope="singleton")
    asked = asyncio.create_task(container.aresolve(Pool))
    await asyncio.sleep(0)
    container.register(Pool, Other, scope="singleton")
    go.set()
    assert type(await asked) is Pool
    assert type(await container.aresolve(Pool)) is type(container.resolve(Pool)) is Other


def test_edge_51_threads_that_share_a_scope_agree_and_what_was_made_in_vain_is_closed_too():
    container, met, made, closed = Container(), Barrier(2, timeout=30), [], []

    def lend() -> Iterator[Session]:
        made.append(session := Session())
        met.wait()
        yield session
        closed.append(session)

    container.register(Session, lend, scope="scoped")
    with container.scoped_context() as scope, ThreadPoolExecutor(2) as threads:
        asks = [threads.submit(scope.resolve, Repository) for _ in range(2)]
        first, second = (ask.result(timeout=30).session for ask in asks)
        assert first is second is scope.resolve(Session)
    assert len(made) == 2
    assert set(closed) == set(made)
