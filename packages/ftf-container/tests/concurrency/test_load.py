"""Many tasks and threads at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, get_ident

import pytest
from services import Settings

from ftf.container import Container


class Pool:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings


class Cache:
    def __init__(self, settings: Settings, pool: Pool) -> None:
        self.pool = pool


class Session:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool


class Basket: ...


class Repository:
    def __init__(self, session: Session, cache: Cache, basket: Basket) -> None:
        self.session, self.cache, self.basket = session, cache, basket


class Handler:
    def __init__(self, left: Repository, right: Repository, basket: Basket) -> None:
        assert left is not right
        assert left.session is right.session
        assert left.basket is right.basket is basket
        self.session, self.basket, self.cache = left.session, basket, left.cache


class World:
    """A graph of every lifetime, which counts what it makes and closes."""

    def __init__(self) -> None:
        self.made: list[object] = []
        self.closed: list[object] = []
        container = self.container = Container()
        container.register(Settings, self.settings, scope="singleton")
        container.register(Pool, self.pool, scope="singleton")
        container.register(Cache, scope="singleton")
        container.register(Session, self.session, scope="scoped")
        container.register(Basket, self.basket, scope="scoped")

    def settings(self) -> Settings:
        self.made.append(made := Settings())
        return made

    async def pool(self, settings: Settings) -> Pool:
        await asyncio.sleep(0)
        self.made.append(made := Pool(settings))
        return made

    async def session(self, pool: Pool) -> AsyncIterator[Session]:
        await asyncio.sleep(0)
        self.made.append(made := Session(pool))
        yield made
        await asyncio.sleep(0)
        self.closed.append(made)

    def basket(self) -> Iterator[Basket]:
        self.made.append(made := Basket())
        yield made
        self.closed.append(made)

    async def request(self) -> Handler:
        """Ask three times at once within one scope, at both doors."""
        async with self.container.scoped_context() as scope:
            handlers = await asyncio.gather(
                scope.aresolve(Handler), self.container.aresolve(Handler), scope.aresolve(Handler)
            )
            handlers.append(scope.resolve(Handler))
            sessions = {handler.session for handler in handlers}
            assert sessions == {self.container.resolve(Session)}
            assert len({handler.basket for handler in handlers}) == 1
            return handlers[0]

    def check(self, handlers: list[Handler]) -> None:
        count = len(handlers)
        assert len({handler.session for handler in handlers}) == count
        assert len({handler.basket for handler in handlers}) == count
        assert len({handler.cache for handler in handlers}) == 1
        kinds = Counter(map(type, self.made))
        assert kinds == {Settings: 1, Pool: 1, Session: count, Basket: count}
        scoped = [made for made in self.made if isinstance(made, (Session, Basket))]
        assert Counter(self.closed) == Counter(scoped)


async def test_a_thousand_tasks_share_singletons_and_nothing_else():
    world = World()
    world.check(await asyncio.gather(*(world.request() for _ in range(1000))))


def test_threads_with_event_loops_of_their_own_share_singletons_and_nothing_else():
    world, barrier = World(), Barrier(32, timeout=30)

    async def main() -> list[Handler]:
        barrier.wait()
        return await asyncio.gather(*(world.request() for _ in range(32)))

    with ThreadPoolExecutor(32) as threads:
        runs = [threads.submit(asyncio.run, main()) for _ in range(32)]
        world.check([handler for run in runs for handler in run.result(timeout=60)])


def test_tasks_and_threads_at_once_share_singletons_and_nothing_else():
    world, barrier = World(), Barrier(33, timeout=30)

    async def tasks() -> list[Handler]:
        barrier.wait()
        return await asyncio.gather(*(world.request() for _ in range(1000)))

    async def thread() -> Handler:
        barrier.wait()
        return await world.request()

    with ThreadPoolExecutor(33) as threads:
        many = threads.submit(asyncio.run, tasks())
        runs = [threads.submit(asyncio.run, thread()) for _ in range(32)]
        world.check([*many.result(timeout=60), *(run.result(timeout=60) for run in runs)])


@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "transient"])
def test_threads_without_event_loops_share_singletons_and_nothing_else(lifetime):
    barrier, container = Barrier(32, timeout=30), Container()
    container.register(Basket, scope="scoped")
    container.register(Pool, scope=lifetime)
    container.register(Settings, scope="singleton")

    def request(_: int) -> tuple[object, ...]:
        barrier.wait()
        found = []
        for _ in range(30):
            with container.scoped_context() as scope:
                basket, pool = scope.resolve(Basket), container.resolve(Pool)
                assert basket is container.resolve(Basket)
                found.append((basket, pool, pool.settings, get_ident()))
        return tuple(found)

    with ThreadPoolExecutor(32) as threads:
        found = [each for many in threads.map(request, range(32), timeout=60) for each in many]
    baskets, pools, settings, idents = map(set, zip(*found, strict=True))
    assert (len(baskets), len(settings)) == (32 * 30, 1)
    assert len(pools) == (1 if lifetime == "singleton" else 32 * 30)
    assert len(idents) == 32
