"""Factories that ask the container for what is being built: an error, never a deadlock."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ftf.container import CircularDependencyError, Container, Scope


class Left: ...


class Right: ...


LIFETIMES = ["singleton", "scoped", "transient"]


def keys_of(error: CircularDependencyError) -> set[object]:
    return {step.key for step in error.path}


@pytest.mark.parametrize("lifetime", LIFETIMES)
@pytest.mark.parametrize("through", ["container", "scope"])
def test_edge_54_a_factory_that_asks_for_its_own_key_gets_an_error(lifetime, through):
    container = Container()
    container.register(Left, lambda: asked().resolve(Left), scope=lifetime)
    with container.scoped_context() as scope:

        def asked() -> Container | Scope:
            return container if through == "container" else scope

        for _ in range(2):
            with pytest.raises(CircularDependencyError, match="Left needs itself") as caught:
                asked().resolve(Left)
            assert [step.key for step in caught.value.path] == [Left, Left]


@pytest.mark.parametrize("lifetime", LIFETIMES)
@pytest.mark.parametrize("through", ["container", "scope"])
async def test_edge_54_an_async_factory_that_asks_for_its_own_key_gets_an_error(lifetime, through):
    async def left() -> Left:
        await asyncio.sleep(0)
        return await asked.aresolve(Left)

    container = Container()
    container.register(Left, left, scope=lifetime)
    async with container.scoped_context() as scope:
        asked = container if through == "container" else scope
        for _ in range(2):
            with pytest.raises(CircularDependencyError, match="Left needs itself") as caught:
                await asked.aresolve(Left)
            assert keys_of(caught.value) == {Left}


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_edge_54_two_factories_that_ask_for_each_other_get_an_error(lifetime):
    container = Container()
    container.register(Left, lambda: container.resolve(Right), scope=lifetime)
    container.register(Right, lambda: container.resolve(Left), scope=lifetime)
    with (
        container.scoped_context(),
        pytest.raises(CircularDependencyError, match="needs itself") as caught,
    ):
        container.resolve(Left)
    assert keys_of(caught.value) <= {Left, Right}


@pytest.mark.parametrize("lifetime", LIFETIMES)
async def test_edge_54_two_async_factories_that_ask_for_each_other_get_an_error(lifetime):
    container = Container()

    async def left():
        return await container.aresolve(Right)

    async def right():
        return await container.aresolve(Left)

    container.register(Left, left, scope=lifetime)
    container.register(Right, right, scope=lifetime)
    async with container.scoped_context():
        with pytest.raises(CircularDependencyError, match="needs itself") as caught:
            await container.aresolve(Left)
    assert keys_of(caught.value) <= {Left, Right}


@pytest.mark.parametrize("lifetime", ["singleton", "scoped"])
async def test_edge_54_two_tasks_that_build_what_the_other_one_waits_for_get_an_error(lifetime):
    container, met = Container(), asyncio.Barrier(2)

    def asking(own: type, other: type):
        async def make() -> own:
            await met.wait()
            await container.aresolve(other)
            raise AssertionError("there is no way to get here")

        return make

    container.register(Left, asking(Left, Right), scope=lifetime)
    container.register(Right, asking(Right, Left), scope=lifetime)
    async with container.scoped_context():
        tasks = [asyncio.create_task(container.aresolve(key)) for key in (Left, Right)]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            with pytest.raises(CircularDependencyError, match="needs itself"):
                task.result()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def test_edge_54_a_circle_of_tasks_ends_when_one_handles_the_error():
    container, met, circles = Container(), asyncio.Barrier(2), []

    def yielding(own: type, other: type):
        async def make() -> own:
            await met.wait()
            try:
                await container.aresolve(other)
            except CircularDependencyError as circle:
                circles.append(circle)
            return own()

        return make

    container.register(Left, yielding(Left, Right), scope="singleton")
    container.register(Right, yielding(Right, Left), scope="singleton")
    made = await asyncio.gather(container.aresolve(Left), container.aresolve(Right))
    assert [type(each) for each in made] == [Left, Right]
    assert len(circles) == 1


def test_edge_54_two_threads_that_build_what_the_other_one_waits_for_get_an_error():
    container, met = Container(), Barrier(2, timeout=30)
    met_once = []

    def asking(other: type):
        def make() -> object:
            if len(met_once) < 2:
                met_once.append(other)
                met.wait()
            return container.resolve(other)

        return make

    container.register(Left, asking(Right), scope="singleton")
    container.register(Right, asking(Left), scope="singleton")
    with ThreadPoolExecutor(2) as threads:
        asks = [threads.submit(container.resolve, key) for key in (Left, Right)]
        for ask in asks:
            with pytest.raises(CircularDependencyError, match="needs itself"):
                ask.result(timeout=30)


def test_edge_54_a_circle_of_threads_ends_when_one_handles_the_error():
    container, met, circles = Container(), Barrier(2, timeout=30), []

    def yielding(own: type, other: type):
        def make() -> own:
            met.wait()
            try:
                container.resolve(other)
            except CircularDependencyError as circle:
                circles.append(circle)
            return own()

        return make

    container.register(Left, yielding(Left, Right), scope="singleton")
    container.register(Right, yielding(Right, Left), scope="singleton")
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(container.resolve, (Left, Right), timeout=30))
    assert [type(each) for each in made] == [Left, Right]
    assert len(circles) == 1


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_edge_54_a_decorator_that_asks_for_what_it_decorates_gets_an_error(lifetime):
    container = Container()
    container.register(Left, scope=lifetime)
    container.extend(Left, lambda _, container: container.resolve(Left))
    with (
        container.scoped_context(),
        pytest.raises(CircularDependencyError, match="Left needs itself"),
    ):
        container.resolve(Left)


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_edge_54_recursion_of_the_users_own_stays_what_it_is(lifetime):
    def endless() -> Left:
        return endless()

    container = Container()
    container.register(Left, endless, scope=lifetime)
    with (
        container.scoped_context(),
        pytest.raises(RecursionError, match="maximum recursion depth exceeded"),
    ):
        container.resolve(Left)


@pytest.mark.parametrize("lifetime", ["singleton", "scoped"])
async def test_edge_54_a_factory_may_ask_for_what_is_there_already(lifetime):
    class Eager:
        def __init__(self, container: Container) -> None:
            self.left = container.resolve(Left)

    async def left() -> Left:
        return Left()

    container = Container()
    container.register(Left, left, scope=lifetime)
    container.register(Eager, scope=lifetime)
    async with container.scoped_context():
        made = await container.aresolve(Left)
        assert container.resolve(Eager).left is made


async def test_edge_54_a_task_that_a_factory_starts_may_wait_for_what_it_builds():
    tasks = []

    async def left() -> Left:
        tasks.append(asyncio.create_task(container.aresolve(Left)))
        await asyncio.sleep(0)
        return Left()

    container = Container()
    container.register(Left, left, scope="singleton")
    made = await container.aresolve(Left)
    assert await tasks[0] is made
