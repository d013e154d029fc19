"""Rolling back what no response has settled, and closing the services whatever becomes of it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi.responses import StreamingResponse

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected, ScopeMiddleware

SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}


class First: ...


class Unit:
    """Something to roll back, which takes its time."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    async def commit(self) -> None: ...

    async def rollback(self) -> None:
        self.reached.set()
        await asyncio.Event().wait()


async def silent() -> dict[str, object]:
    return await asyncio.Event().wait()


async def nothing(message: object) -> None: ...


@pytest.fixture
def app(log):
    async def opened() -> AsyncIterator[First]:
        try:
            yield First()
        except BaseException as error:
            log.append(f"saw {type(error).__name__}")
            raise
        finally:
            await asyncio.sleep(0)
            log.append("closed")

    app = FastTrackFramework()
    app.register(First, opened, scope="scoped")
    return app


async def test_edge_5_services_close_when_a_late_rollback_is_cancelled(app, log):
    unit = Unit()

    @app.get("/")
    async def stream(first: Injected[First], units: Injected[UnitsOfWork]) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            units.add(unit)
            yield "line"

        return StreamingResponse(lines())

    task = asyncio.create_task(app(dict(SCOPE), silent, nothing))
    await unit.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log == ["saw CancelledError", "closed"]


async def test_edge_5_services_close_when_rolling_back_takes_too_long(app, log, caplog):
    async def fail(scope, receive, send) -> None:
        services = scope["ftf.http.scope"]
        (await services.aresolve(UnitsOfWork)).add(Unit())
        await services.aresolve(First)
        raise RuntimeError("broken")

    wrapped = ScopeMiddleware(fail, app.container, cleanup_seconds=0.01)
    with pytest.raises(RuntimeError, match="broken"):
        await wrapped(dict(SCOPE), silent, nothing)
    assert log == ["saw RuntimeError", "closed"]
    assert "closing took over 0.01 s: / (request without id)" in caplog.text


async def test_edge_5_closing_has_a_limit_of_its_own(app, caplog):
    async def hanging() -> AsyncIterator[Unit]:
        try:
            yield Unit()
        finally:
            await asyncio.Event().wait()

    async def fail(scope, receive, send) -> None:
        services = scope["ftf.http.scope"]
        (await services.aresolve(UnitsOfWork)).add(await services.aresolve(Unit))
        raise RuntimeError("broken")

    app.register(Unit, hanging, scope="scoped")
    wrapped = ScopeMiddleware(fail, app.container, cleanup_seconds=0.01)
    async with asyncio.timeout(60):
        with pytest.raises(RuntimeError, match="broken"):
            await wrapped(dict(SCOPE), silent, nothing)
    assert "closing took over 0.01 s" in caplog.text
