"""The container under trio, which runs tasks without asyncio."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import trio

from ftf.container import CircularDependencyError, Container, ScopeClosedError, ServiceProvider


class Pool:
    closed = False

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()
        self.closed = True


class Session:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.events: list[str] = []


async def open_pool() -> Pool:
    await trio.lowlevel.checkpoint()
    return Pool()


async def open_session(pool: Pool) -> AsyncIterator[Session]:
    await trio.lowlevel.checkpoint()
    session = Session(pool)
    try:
        yield session
    except ValueError as error:
        session.events.append(repr(error))
        raise
    finally:
        await trio.lowlevel.checkpoint()
        session.events.append("closed")


@pytest.fixture
def container():
    container = Container()
    container.register(Pool, open_pool, scope="singleton")
    container.register(Session, open_session, scope="scoped")
    return container


def test_services_are_made_shared_and_closed(container):
    async def work() -> None:
        async with container:
            async with container.scoped_context() as scope:
                session = await scope.aresolve(Session)
                assert await scope.aresolve(Session) is session
                assert await scope.acall(lambda pool: pool, pool=1) == 1
            assert session.events == ["closed"]
            with pytest.raises(ScopeClosedError, match="has ended"):
                await scope.aresolve(Session)
        assert session.pool.closed

    trio.run(work)


def test_what_ended_the_scope_reaches_the_generators(container):
    async def work() -> None:
        with pytest.raises(ValueError, match="no"):
            async with container.scoped_context() as scope:
                session = await scope.aresolve(Session)
                raise ValueError("no")
        assert session.events == ["ValueError('no')", "closed"]

    trio.run(work)


def test_tasks_that_ask_at_once_get_one_instance(container):
    async def work() -> None:
        found = []

        async def ask(scope) -> None:
            found.append(await scope.aresolve(Session))

        async with container.scoped_context() as scope, trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask, scope)
        assert len(set(map(id, found))) == 1

    trio.run(work)


def test_tasks_that_ask_at_once_get_one_singleton(container):
    async def work() -> None:
        found = []

        async def ask() -> None:
            found.append(await container.aresolve(Pool))

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask)
        assert len(set(map(id, found))) == 1

    trio.run(work)


def test_a_task_whose_builder_is_cancelled_builds_instead():
    builds = []

    async def open_slowly() -> Pool:
        builds.append(trio.lowlevel.current_task())
        if len(builds) == 1:
            await trio.sleep_forever()
        return Pool()

    container = Container()
    container.register(Pool, open_slowly, scope="singleton")

    async def work() -> None:
        async with trio.open_nursery() as nursery:
            first = trio.CancelScope()

            async def build() -> None:
                with first:
                    await container.aresolve(Pool)

            nursery.start_soon(build)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(container.aresolve, Pool)
            await trio.testing.wait_all_tasks_blocked()
            first.cancel()
        assert len(builds) == 2

    trio.run(work)


def test_a_service_that_asks_for_itself_is_refused():
    async def open_itself() -> Pool:
        return await container.aresolve(Pool)

    container = Container()
    container.register(Pool, open_itself, scope="singleton")
    with pytest.raises(CircularDependencyError, match="Pool needs itself"):
        trio.run(container.aresolve, Pool)


def test_one_container_works_under_asyncio_and_then_under_trio():
    async def open_pool() -> Pool:
        return Pool()

    async def open_session(pool: Pool) -> AsyncIterator[Session]:
        yield Session(pool)

    container = Container()
    container.register(Pool, open_pool, scope="singleton")
    container.register(Session, open_session, scope="scoped")

    async def work() -> Pool:
        async with container.scoped_context() as scope:
            return (await scope.aresolve(Session)).pool

    assert asyncio.run(work()) is trio.run(work) is asyncio.run(work())


def test_a_trio_task_waits_for_a_build_of_an_asyncio_task():
    container = Container()

    async def work() -> None:
        token, started = trio.lowlevel.current_trio_token(), trio.Event()
        found = []

        async def open_in_asyncio() -> Pool:
            end, loop = asyncio.Event(), asyncio.get_running_loop()
            ends.append(lambda: loop.call_soon_threadsafe(end.set))
            token.run_sync_soon(started.set)
            await end.wait()
            return Pool()

        ends: list[Callable[[], object]] = []
        container.register(Pool, open_in_asyncio, scope="singleton")

        async def ask_asyncio() -> None:
            found.append(
                await trio.to_thread.run_sync(lambda: asyncio.run(container.aresolve(Pool)))
            )

        async def ask_trio() -> None:
            await started.wait()
            found.append(await container.aresolve(Pool))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask_asyncio)
            nursery.start_soon(ask_trio)
            await started.wait()
            await trio.testing.wait_all_tasks_blocked()
            ends[0]()
        assert found[0] is found[1]

    trio.run(work)


def test_providers_boot():
    booted = []

    class Start(ServiceProvider):
        async def boot(self, pool: Pool) -> None:
            await trio.lowlevel.checkpoint()
            booted.append(pool)

    container = Container()
    container.register(Pool, open_pool, scope="singleton")
    container.add_provider(Start())

    async def work() -> None:
        await container.boot()
        assert booted == [await container.aresolve(Pool)]

    trio.run(work)


def test_a_loop_of_neither_kind_is_refused(container):
    with pytest.raises(RuntimeError, match="loop"):
        container.aresolve(Pool).send(None)
