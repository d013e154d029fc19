"""What other containers were found to do wrong when probed.

| Experiment                                             | Test (`test_probe_…`)                  |
|--------------------------------------------------------|----------------------------------------|
| Five tasks ask for one slow scoped service             | `five_tasks_get_one_slow_service`      |
| The same for a singleton                               | `five_tasks_get_one_slow_service`      |
| Two unrelated slow singletons at once                  | `unrelated_slow_singletons_overlap`    |
| The first builder is cancelled while a second waits    | `a_cancelled_builder_hands_over`       |
| A singleton's factory asks the container               | `a_singleton_may_ask_the_container`    |
| Two threads, two event loops, one slow async singleton | `two_event_loops_get_one_singleton`    |
| Override A after singleton B(A) was built              | `an_override_reaches_built_dependents` |
| Build B(A) during an override, then leave it           | `an_override_leaves_nothing_behind`    |
| A teardown raises `CancelledError`                     | `a_cancelled_teardown_stops_nothing`   |
| `class Impl(SomeProtocol, Base)`                       | `a_protocol_does_not_hide_the_init`    |
| Cyclic garbage for each request scope                  | `a_request_leaves_no_cyclic_garbage`   |
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Protocol

import pytest

from ftf.container import Container


class Engine: ...


class Other: ...


class Service:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine


class FakeEngine(Engine): ...


@pytest.mark.parametrize("lifetime", ["scoped", "singleton"])
async def test_probe_five_tasks_get_one_slow_service(lifetime):
    made, begun, go = [], asyncio.Event(), asyncio.Event()

    async def slow() -> Engine:
        made.append(engine := Engine())
        begun.set()
        await go.wait()
        return engine

    container = Container()
    container.register(Engine, slow, scope=lifetime)
    async with container.scoped_context() as scope:
        asks = [asyncio.create_task(scope.aresolve(Engine)) for _ in range(5)]
        await begun.wait()
        go.set()
        engines = await asyncio.gather(*asks)
    assert engines == made * 5


async def test_probe_unrelated_slow_singletons_overlap():
    engine_begun, other_begun = asyncio.Event(), asyncio.Event()

    async def engine() -> Engine:
        engine_begun.set()
        await other_begun.wait()
        return Engine()

    async def other() -> Other:
        other_begun.set()
        await engine_begun.wait()
        return Other()

    container = Container()
    container.register(Engine, engine, scope="singleton")
    container.register(Other, other, scope="singleton")
    made = await asyncio.gather(container.aresolve(Engine), container.aresolve(Other))
    assert [type(each) for each in made] == [Engine, Other]


@pytest.mark.parametrize("lifetime", ["scoped", "singleton"])
async def test_probe_a_cancelled_builder_hands_over(lifetime):
    builders, begun, go = [], asyncio.Event(), asyncio.Event()

    async def slow() -> Engine:
        builders.append(asyncio.current_task())
        begun.set()
        await go.wait()
        return Engine()

    container = Container()
    container.register(Engine, slow, scope=lifetime)
    async with container.scoped_context() as scope:
        first, second = (asyncio.create_task(scope.aresolve(Engine)) for _ in range(2))
        await begun.wait()
        first.cancel()
        await asyncio.wait([first])
        go.set()
        assert await second is scope.resolve(Engine)
    assert (first.cancelled(), builders) == (True, [first, second])


@pytest.mark.parametrize("lifetime", ["scoped", "singleton", "transient"])
async def test_probe_a_singleton_may_ask_the_container(lifetime):
    def service(container: Container) -> Service:
        return Service(container.resolve(Engine))

    async def aservice(container: Container) -> Service:
        return Service(await container.aresolve(Engine))

    container = Container()
    container.register(Engine, scope=lifetime)
    container.register(Service, aservice if lifetime == "scoped" else service, scope="singleton")
    async with container.scoped_context():
        assert isinstance((await container.aresolve(Service)).engine, Engine)


def test_probe_two_event_loops_get_one_singleton():
    container, made = Container(), []
    begun, asked = Barrier(2, timeout=30), Barrier(2, timeout=30)

    async def slow() -> Engine:
        made.append(engine := Engine())
        await asyncio.to_thread(begun.wait)
        await asyncio.to_thread(asked.wait)
        return engine

    async def ask_first() -> Engine:
        return await container.aresolve(Engine)

    async def ask_second() -> Engine:
        await asyncio.to_thread(begun.wait)
        waiting = asyncio.create_task(container.aresolve(Engine))
        await asyncio.to_thread(asked.wait)
        return await waiting

    container.register(Engine, slow, scope="singleton")
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(asyncio.run, ask()) for ask in (ask_first, ask_second)]
        assert [run.result(timeout=30) for run in runs] == made * 2


@pytest.mark.parametrize("lifetime", ["scoped", "singleton"])
async def test_probe_an_override_reaches_built_dependents(lifetime):
    container = Container()
    container.register(Engine, scope=lifetime)
    container.register(Service, scope=lifetime)
    async with container.scoped_context() as scope:
        before = scope.resolve(Service)
        async with container.override_context(Engine, FakeEngine):
            assert type(scope.resolve(Service).engine) is FakeEngine
        assert scope.resolve(Service) is before


@pytest.mark.parametrize("lifetime", ["scoped", "singleton"])
async def test_probe_an_override_leaves_nothing_behind(lifetime):
    container = Container()
    container.register(Engine, scope=lifetime)
    container.register(Service, scope=lifetime)
    async with container.scoped_context() as scope:
        with container.override_context(Engine, FakeEngine):
            fake = scope.resolve(Service)
            assert type(fake.engine) is FakeEngine
        assert scope.resolve(Service) is not fake
        assert type(scope.resolve(Service).engine) is Engine


async def test_probe_a_cancelled_teardown_stops_nothing():
    closed = []

    async def cancelled(engine: Engine) -> AsyncIterator[Service]:
        yield Service(engine)
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    def engine() -> Iterator[Engine]:
        yield Engine()
        closed.append(Engine)

    async def request() -> None:
        async with container.scoped_context() as scope:
            await scope.aresolve(Service)

    container = Container()
    container.register(Engine, engine, scope="scoped")
    container.register(Service, cancelled, scope="scoped")
    task = asyncio.create_task(request())
    await asyncio.wait([task])
    assert task.cancelled()
    assert closed == [Engine]


async def test_probe_a_protocol_does_not_hide_the_init():
    class Runs(Protocol):
        def run(self) -> None: ...

    class Runner(Runs, Service):
        def run(self) -> None: ...

    container = Container()
    container.register(Runs, Runner)
    for resolved in (
        container.resolve(Runs),
        await container.aresolve(Runs),
        Container().resolve(Runner),
    ):
        assert type(resolved.engine) is Engine


async def test_probe_a_request_leaves_no_cyclic_garbage(no_garbage):
    async def engine() -> AsyncIterator[Engine]:
        yield Engine()

    def other() -> Iterator[Other]:
        yield Other()

    class Handler:
        def __init__(self, service: Service, other: Other) -> None: ...

    async def request() -> None:
        async with container.scoped_context() as scope:
            await scope.aresolve(Handler)

    container = Container()
    container.register(Engine, engine, scope="scoped")
    container.register(Service, scope="scoped")
    container.register(Other, other, scope="scoped")
    await request()
    with no_garbage():
        for _ in range(1000):
            await request()
