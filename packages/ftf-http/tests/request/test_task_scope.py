"""Services behind middleware that runs the rest of the application in another task."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar

import anyio
import pytest
from anyio.abc import TaskGroup
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware
from units_of_work import RecordingUnit

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected

tenant: ContextVar[str] = ContextVar("tenant", default="none")


class Tenant(str):
    __slots__ = ()


async def open_group() -> AsyncIterator[TaskGroup]:
    async with anyio.create_task_group() as group:
        yield group


def set_tenant() -> Iterator[Tenant]:
    token = tenant.set("shop")
    try:
        yield Tenant(tenant.get())
    finally:
        tenant.reset(token)


@pytest.fixture(params=["decorated", "class", "twice"])
def app(request, log):
    app = FastTrackFramework()

    async def open_ledger(units: UnitsOfWork) -> AsyncIterator[RecordingUnit]:
        ledger = RecordingUnit(log)
        units.add(ledger)
        try:
            yield ledger
        finally:
            log.append("closed")

    app.register(TaskGroup, open_group, scope="scoped")
    app.register(Tenant, set_tenant, scope="scoped")
    app.register(RecordingUnit, open_ledger, scope="scoped")

    async def pass_on(request, call_next):
        return await call_next(request)

    if request.param == "class":
        app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
    else:
        app.middleware("http")(pass_on)
    if request.param == "twice":
        app.middleware("http")(pass_on)
    return app


async def test_what_belongs_to_a_task_works_as_without_the_middleware(app, serve, log, caplog):
    @app.get("/")
    async def index(group: Injected[TaskGroup], tenant: Injected[Tenant]) -> str:
        async def later() -> None:
            await asyncio.sleep(0)
            log.append("the work of the group is done")

        group.start_soon(later)
        return tenant

    async with serve(app) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.json()) == (200, "shop")
    assert log == ["the work of the group is done"]
    assert not caplog.records


@pytest.mark.parametrize(("path", "first"), [("/", "commit"), ("/fails", "rollback")])
async def test_units_of_work_are_settled_before_their_services_close(app, serve, log, path, first):
    @app.get("/")
    async def index(ledger: Injected[RecordingUnit]) -> None: ...

    @app.get("/fails")
    async def fail(ledger: Injected[RecordingUnit]) -> None:
        raise ZeroDivisionError

    async with serve(app) as client:
        await client.get(path)
    assert log == [first, "closed"]


async def test_a_stream_reads_from_services_that_are_open(app, serve, log):
    @app.get("/")
    async def index(ledger: Injected[RecordingUnit]) -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            for part in "ab":
                await asyncio.sleep(0)
                log.append(part)
                yield part

        return StreamingResponse(parts())

    async with serve(app) as client:
        assert (await client.get("/")).text == "ab"
    assert log[-2:] == ["b", "closed"]


async def test_a_request_that_is_cancelled_closes_its_services_in_their_task(app, serve, log):
    begun = asyncio.Event()

    @app.get("/")
    async def index(ledger: Injected[RecordingUnit], tenant: Injected[Tenant]) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with serve(app) as client:
        request = asyncio.create_task(client.get("/"))
        await begun.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
    assert log == ["rollback", "closed"]


async def test_middleware_shares_the_services_of_the_handler(serve, log):
    app = FastTrackFramework()

    async def open_notes() -> AsyncIterator[list[str]]:
        log.append("opened")
        yield []
        log.append("closed")

    app.register(list[str], open_notes, scope="scoped")

    @app.middleware("http")
    async def audited(request, call_next):
        response = await call_next(request)
        (await app.container.aresolve(list[str])).append("middleware")
        return JSONResponse(await app.container.aresolve(list[str]), response.status_code)

    @app.get("/")
    async def index(notes: Injected[list[str]]) -> None:
        notes.append("handler")

    async with serve(app) as client:
        assert (await client.get("/")).json() == ["handler", "middleware"]
    assert log == ["opened", "closed"]
