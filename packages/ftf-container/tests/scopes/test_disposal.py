"""Closing singletons, and using the container again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Self

import pytest
from services import Engine

from ftf.container import AsyncDependencyError, Container


class Pool:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine


class Cache:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool


@pytest.fixture
def events():
    return []


@pytest.fixture
def container(events):
    def open_engine() -> Iterator[Engine]:
        yield Engine()
        events.append("engine")

    def open_pool(engine: Engine) -> Iterator[Pool]:
        yield Pool(engine)
        events.append("pool")

    container = Container()
    container.register(Engine, open_engine, scope="singleton")
    container.register(Pool, open_pool, scope="singleton")
    container.register(Cache, scope="singleton")
    return container


def test_a_reset_closes_every_singleton_last_made_first_and_makes_new_ones(container, events):
    before = container.resolve(Cache)
    container.reset_singletons()
    assert events == ["pool", "engine"]
    after = container.resolve(Cache)
    assert after is not before
    assert after.pool.engine is container.resolve(Engine) is not before.pool.engine
    container.reset_singletons()
    assert events == ["pool", "engine"] * 2


def test_a_plain_with_closes_what_needs_no_waiting(container, events):
    with pytest.raises(ValueError, match="body"), container:
        container.resolve(Cache)
        raise ValueError("body")
    assert events == []
    with container:
        container.resolve(Cache)
    assert events == ["pool", "engine"]


def test_a_reset_of_nothing_does_nothing(container, events):
    container.reset_singletons()
    assert events == []


def test_a_reset_keeps_ready_objects_registrations_and_overrides(container):
    container.instance(str, "ready")
    with container.override(Engine, Engine):
        container.reset_singletons()
        assert container.resolve(str) == "ready"
        assert type(container.resolve(Cache).pool.engine) is Engine


def test_a_reset_leaves_the_scopes_that_are_open_alone(container):
    class Session: ...

    container.register(Session, scope="scoped")
    with container.scoped_context() as scope:
        session = scope.resolve(Session)
        container.reset_singletons()
        assert scope.resolve(Session) is session


async def test_a_reset_refuses_what_has_to_be_awaited_and_closes_nothing(container, events):
    async def open_cache(pool: Pool) -> AsyncIterator[Cache]:
        yield Cache(pool)
        events.append("cache")

    container.register(Cache, open_cache, scope="singleton")
    cache = await container.aresolve(Cache)
    with pytest.raises(AsyncDependencyError, match="Cache has to be awaited"):
        container.reset_singletons()
    assert events == []
    assert await container.aresolve(Cache) is cache
    await container.dispose_all()
    assert events == ["cache", "pool", "engine"]


@pytest.mark.parametrize("end", ["reset_singletons", "dispose_all"])
async def test_every_failure_of_a_disposal_is_reported_and_all_is_closed(events, end):
    container = Container()

    def broken(name: str):
        def lend():
            yield name
            events.append(name)
            raise OSError(name)

        return lend

    for key in (Engine, Pool):
        container.register(key, broken(key.__name__), scope="singleton")
        container.resolve(key)
    with pytest.raises(ExceptionGroup, match="closing the scope failed") as caught:
        if end == "dispose_all":
            await container.dispose_all()
        else:
            container.reset_singletons()
    assert events == ["Pool", "Engine"]
    assert [str(each) for each in caught.value.exceptions] == ["Pool", "Engine"]
    assert container.resolve(Engine) == "Engine"


async def test_the_end_of_the_container_block_disposes_of_it(container, events):
    async with container as entered:
        assert entered is container
        container.resolve(Cache)
    assert events == ["pool", "engine"]


async def test_the_exception_of_the_block_passes_and_generators_see_it(events):
    def lend() -> Iterator[Engine]:
        try:
            yield Engine()
        except ValueError as error:
            events.append(str(error))
            raise

    with pytest.raises(ValueError, match="body"):
        async with Container() as container:
            container.register(Engine, lend, scope="singleton")
            container.resolve(Engine)
            raise ValueError("body")
    assert events == ["body"]


async def test_two_disposals_at_once_close_each_singleton_once(container, events):
    async def open_cache(pool: Pool) -> AsyncIterator[Cache]:
        yield Cache(pool)
        await asyncio.sleep(0)
        events.append("cache")

    container.register(Cache, open_cache, scope="singleton")
    await container.aresolve(Cache)
    await asyncio.gather(container.dispose_all(), container.dispose_all())
    assert sorted(events) == ["cache", "engine", "pool"]


async def test_a_disposal_that_is_cancelled_closes_the_rest_all_the_same(container, events):
    entered = asyncio.Event()

    async def open_cache(pool: Pool) -> AsyncIterator[Cache]:
        yield Cache(pool)
        entered.set()
        await asyncio.Event().wait()

    container.register(Cache, open_cache, scope="singleton")
    await container.aresolve(Cache)
    disposal = asyncio.create_task(container.dispose_all())
    await entered.wait()
    disposal.cancel()
    await asyncio.wait([disposal])
    assert disposal.cancelled()
    assert events == ["pool", "engine"]


async def test_a_class_with_nothing_but_async_with_is_neither_entered_nor_left():
    class Lock:
        entered = left = False

        async def __aenter__(self) -> Self:
            self.entered = True
            return self

        async def __aexit__(self, *_: object) -> None:
            self.left = True

    async def open_lock() -> AsyncIterator[Lock]:
        async with Lock() as lock:
            yield lock

    container = Container()
    container.register(Lock, scope="scoped")
    container.register(Annotated[Lock, "entered"], open_lock, scope="scoped")
    async with container.scoped_context() as scope:
        plain = await scope.aresolve(Lock)
        entered = await scope.aresolve(Annotated[Lock, "entered"])
        assert (plain.entered, entered.entered) == (False, True)
    assert (plain.left, entered.left) == (False, True)
