import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from anyio import create_task_group
from fastapi import FastAPI

from ftf.testing import LifespanError, LifespanManager


async def test_it_runs_in_one_task_whoever_enters_and_leaves():
    tasks = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, int]]:
        async with create_task_group():
            tasks.append(asyncio.current_task())
            yield {"pool": 1}
            tasks.append(asyncio.current_task())

    manager = LifespanManager(FastAPI(lifespan=lifespan))
    await asyncio.create_task(manager.__aenter__())
    assert manager.state == {"pool": 1}
    await asyncio.create_task(manager.__aexit__(None, None, None))
    assert tasks[0] is tasks[1] is not asyncio.current_task()


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
async def test_what_a_lifespan_raises_is_raised_with_its_phase(phase):
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if phase == "startup":
            raise ZeroDivisionError("no database")
        yield
        raise ZeroDivisionError("no database")

    with pytest.raises(ZeroDivisionError, match="no database") as caught:
        async with LifespanManager(FastAPI(lifespan=lifespan)):
            assert phase == "shutdown"
    assert caught.value.__notes__ == [f"The application's lifespan raised it at {phase}."]


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
async def test_a_failure_that_is_only_told_is_raised_as_well(phase):
    ended = asyncio.Event()

    async def app(scope, receive, send):
        try:
            while True:
                asked = (await receive())["type"]
                outcome = "failed" if asked.endswith(phase) else "complete"
                await send({"type": f"{asked}.{outcome}", "message": "no disk"})
        finally:
            ended.set()

    message = f"The {phase} of the application failed. no disk"
    with pytest.raises(LifespanError, match=message) as caught:
        async with LifespanManager(app, grace=0.01):
            assert phase == "shutdown"
    assert (caught.value.phase, caught.value.message) == (phase, "no disk")
    assert ended.is_set()


async def refusing(scope, receive, send):
    """An application that raises when it is asked for a lifespan."""
    assert scope["type"] == "http"


async def ignoring(scope, receive, send):
    """An application that returns when it is asked for a lifespan."""


@pytest.mark.parametrize("app", [refusing, ignoring])
async def test_an_application_without_a_lifespan_is_used_as_it_is(app):
    async with LifespanManager(app) as lifespan:
        assert lifespan.state == {}


async def test_an_application_that_dies_between_start_and_stop_is_reported():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        raise ZeroDivisionError("died")

    with pytest.raises(ZeroDivisionError, match="died"):
        async with LifespanManager(app):
            await asyncio.sleep(0)


async def test_a_cancelled_start_leaves_nothing_running():
    ended = asyncio.Event()

    async def app(scope, receive, send):
        await receive()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    manager = LifespanManager(app)
    entering = asyncio.create_task(manager.__aenter__())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    assert ended.is_set()
