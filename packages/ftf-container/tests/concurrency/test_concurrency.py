import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from services import Pool

from ftf.container import Container


class Counted:
    """A factory that waits, and counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0
        self.go = asyncio.Event()

    async def __call__(self) -> Pool:
        self.calls += 1
        await self.go.wait()
        return Pool()


@pytest.mark.parametrize("lifetime", ["singleton", "scoped"])
async def test_edge_47_tasks_that_ask_at_once_get_one_instance(lifetime):
    container, factory = Container(), Counted()
    container.register(Pool, factory, scope=lifetime)
    async with container.scoped_context() as scope, asyncio.TaskGroup() as group:
        asks = [group.create_task(scope.aresolve(Pool)) for _ in range(1000)]
        await asyncio.sleep(0)
        factory.go.set()
    assert len({ask.result() for ask in asks}) == 1
    assert factory.calls == 1


async def test_edge_53_a_waiter_takes_over_from_a_cancelled_builder():
    container, factory = Container(), Counted()
    container.register(Pool, factory, scope="singleton")
    builder, cancelled, waiter = (asyncio.create_task(container.aresolve(Pool)) for _ in range(3))
    await asyncio.sleep(0)
    builder.cancel()
    cancelled.cancel()
    factory.go.set()
    assert isinstance(await waiter, Pool)
    assert factory.calls == 2


async def test_edge_53_each_waiter_tries_again_after_a_failure():
    answers = iter([ValueError("not yet"), Pool()])

    async def sometimes() -> Pool:
        answer = next(answers)
        await asyncio.sleep(0)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    container = Container()
    container.register(Pool, sometimes, scope="singleton")
    failed, made = await asyncio.gather(
        container.aresolve(Pool), container.aresolve(Pool), return_exceptions=True
    )
    assert (type(failed), type(made)) == (ValueError, Pool)


def test_edge_51_threads_that_ask_at_once_get_one_instance():
    barrier, made = Barrier(32), []

    class Slow:
        def __init__(self) -> None:
            made.append(self)

    container = Container()
    container.register(Slow, scope="singleton")

    def ask(_: int) -> Slow:
        barrier.wait()
        return container.resolve(Slow)

    with ThreadPoolExecutor(32) as threads:
        assert len(set(threads.map(ask, range(32)))) == len(made) == 1


class TwoLoops:
    """A singleton that one event loop builds while another one, in this thread, wants it."""

    def __init__(self) -> None:
        self.building, self.go, self.made = Event(), Event(), 0
        self.container = Container()
        self.container.register(Pool, self.build, scope="singleton")

    async def build(self) -> Pool:
        self.made += 1
        self.building.set()
        await asyncio.to_thread(self.go.wait)
        return Pool()

    def run(self, main: Callable[[asyncio.Task[Pool]], Awaitable[object]]) -> tuple[Pool, object]:
        async def second() -> object:
            waiting = asyncio.create_task(self.container.aresolve(Pool))
            await asyncio.sleep(0)
            return await main(waiting)

        with ThreadPoolExecutor() as threads:
            first = threads.submit(asyncio.run, self.container.aresolve(Pool))
            self.building.wait()
            try:
                seen = asyncio.run(second())
            finally:
                self.go.set()
            return first.result(), seen


def test_edge_52_event_loops_that_ask_at_once_get_one_instance():
    loops = TwoLoops()

    async def let_go(waiting: asyncio.Task[Pool]) -> Pool:
        loops.go.set()
        return await waiting

    first, second = loops.run(let_go)
    assert first is second
    assert loops.made == 1


def test_edge_52_an_event_loop_that_stops_waiting_disturbs_no_other():
    loops = TwoLoops()

    async def give_up(waiting: asyncio.Task[Pool]) -> None:
        assert not waiting.done()

    first, _ = loops.run(give_up)
    assert isinstance(first, Pool)
