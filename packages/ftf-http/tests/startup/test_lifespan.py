from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ftf.container import Container, ServiceProvider
from ftf.http import FastTrackFramework


class Pool:
    def __init__(self, log: list[str]) -> None:
        self.log = log
        log.append("pool opened")

    async def aclose(self) -> None:
        self.log.append("pool closed")


class PoolProvider(ServiceProvider):
    def __init__(self, log: list[str]) -> None:
        self.log = log

    def register(self, container: Container) -> None:
        container.register(Pool, self.open_pool, scope="singleton")

    def open_pool(self) -> Pool:
        return Pool(self.log)

    async def boot(self, pool: Pool) -> None:
        pool.log.append("booted")


async def test_edge_32_the_container_starts_before_the_user_and_stops_after(log):
    @asynccontextmanager
    async def lifespan(app) -> AsyncIterator[dict[str, str]]:
        log.append("user started")
        yield {"colour": "green"}
        log.append("user stopped")

    app = FastTrackFramework(providers=[PoolProvider(log)], lifespan=lifespan)
    async with app.router.lifespan_context(app) as state:
        assert state == {"colour": "green"}
        log.append("serving")
    assert log == [
        "pool opened",
        "booted",
        "user started",
        "serving",
        "user stopped",
        "pool closed",
    ]


async def test_edge_32_the_state_of_the_outer_application_wins():
    def yielding(state: dict[str, object]):
        @asynccontextmanager
        async def lifespan(app) -> AsyncIterator[dict[str, object]]:
            yield state

        return lifespan

    outer = FastTrackFramework(lifespan=yielding({"colour": "green"}))
    outer.mount("/inner", FastTrackFramework(lifespan=yielding({"colour": "red", "size": 1})))
    async with outer.router.lifespan_context(outer) as state:
        assert state == {"colour": "green", "size": 1}


async def test_edge_33_a_start_that_fails_half_way_closes_what_was_opened(log, serve):
    @asynccontextmanager
    async def lifespan(app) -> AsyncIterator[None]:
        raise RuntimeError("no licence")
        yield

    app = FastTrackFramework(providers=[PoolProvider(log)], lifespan=lifespan)
    with pytest.raises(RuntimeError, match="no licence"):
        async with serve(app):
            pass
    assert log == ["pool opened", "booted", "pool closed"]


async def test_edge_34_an_application_can_be_started_again(log, serve):
    app = FastTrackFramework(providers=[PoolProvider(log)])
    for _ in range(2):
        async with serve(app):
            pass
    assert log == ["pool opened", "booted", "pool closed"] * 2


@pytest.mark.filterwarnings("ignore:The on_startup and on_shutdown:DeprecationWarning")
async def test_what_fastapi_runs_at_start_is_still_run(log, serve):
    app = FastTrackFramework(on_startup=[lambda: log.append("started")])
    async with serve(app):
        assert log == ["started"]


def starting(log):
    @asynccontextmanager
    async def lifespan(_) -> AsyncIterator[None]:
        log.append("inner up")
        yield
        log.append("inner down")

    return lifespan


async def test_a_mounted_application_that_the_user_starts_is_started_once(log):
    inner = FastTrackFramework(lifespan=starting(log))

    @asynccontextmanager
    async def lifespan(_) -> AsyncIterator[None]:
        async with inner.router.lifespan_context(inner):
            yield

    outer = FastTrackFramework(lifespan=lifespan)
    outer.mount("/inner", inner)
    for _ in range(2):
        async with outer.router.lifespan_context(outer):
            log.append("serving")
            outer.draining.begin()
            assert inner.draining.begun
    assert log == ["inner up", "serving", "inner down"] * 2


async def test_the_lifespan_of_a_mounted_application_may_be_that_of_its_parent(log):
    inner = FastTrackFramework(lifespan=starting(log), providers=[PoolProvider(log)])
    outer = FastTrackFramework(lifespan=inner.router.lifespan_context)
    outer.mount("/inner", inner)
    async with outer.router.lifespan_context(outer):
        log.append("serving")
    assert log == [
        "pool opened",
        "booted",
        "inner up",
        "serving",
        "inner down",
        "pool closed",
    ]


async def test_an_application_that_is_mounted_at_start_up_is_started_once_too(log):
    inner = FastTrackFramework(lifespan=starting(log))

    @asynccontextmanager
    async def lifespan(app) -> AsyncIterator[None]:
        app.mount("/inner", inner)
        async with inner.router.lifespan_context(inner):
            yield

    outer = FastTrackFramework(lifespan=lifespan)
    async with outer.router.lifespan_context(outer):
        log.append("serving")
    assert log == ["inner up", "serving", "inner down"]
