"""The log records of a request have its id, whatever writes them, and no others have it."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi import BackgroundTasks, WebSocket
from httpx import AsyncClient
from running import running
from starlette.middleware.base import BaseHTTPMiddleware
from units_of_work import RecordingUnit

from ftf.container import UnitsOfWork
from ftf.container.events import Events, Listeners
from ftf.container.logs import AccessFilter, ContextFilter, log_context
from ftf.http import FastTrackFramework, Injected

log = logging.getLogger("shop")
ID = {"X-Request-ID": "of-this-request"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Placed: ...


async def listen(event: Placed) -> None:
    log.warning("after the commit")


def make_app(*, layered: bool) -> FastTrackFramework:
    app = FastTrackFramework()
    Listeners.of(app.container).listen(Placed, listen, after_commit=True)
    if layered:

        async def around(request, call_next):
            log.warning("middleware")
            return await call_next(request)

        app.add_middleware(BaseHTTPMiddleware, dispatch=around)

    @app.get("/")
    async def show(
        tasks: BackgroundTasks, units: Injected[UnitsOfWork], events: Injected[Events]
    ) -> str:
        units.add(RecordingUnit([]))
        await events.dispatch(Placed())
        tasks.add_task(log.warning, "background")
        with log_context(user_id=7):
            await asyncio.gather(asyncio.to_thread(log.warning, "thread"))
        log.warning("handler")
        return ""

    @app.get("/plain")
    def plain() -> str:
        log.warning("handler in a thread")
        return ""

    @app.get("/boom")
    async def boom() -> None:
        raise ValueError("boom")

    return app


@pytest.fixture(params=[False, True], ids=["direct", "layered"])
def app(request):
    return make_app(layered=request.param)


@pytest.fixture
def entries(caplog) -> Iterator[pytest.LogCaptureFixture]:
    caplog.handler.addFilter(context := ContextFilter())
    yield caplog
    caplog.handler.removeFilter(context)


async def test_each_record_of_a_request_has_its_id(app, entries, serve):
    async with serve(app) as client:
        for path in ("/", "/plain"):
            await client.get(path, headers=ID | {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    found = {each.getMessage() for each in entries.records if each.name == "shop"}
    expected = {"background", "thread", "handler", "handler in a thread", "after the commit"}
    assert found - {"middleware"} == expected
    fields = {(each.request_id, each.trace_id) for each in entries.records if each.name == "shop"}
    assert fields == {("of-this-request", TRACE)}
    assert [each.getMessage() for each in entries.records if "user_id" in vars(each)] == ["thread"]


async def test_no_record_after_a_request_has_its_id(app, entries, serve):
    async with serve(app) as client:
        for path in ("/", "/boom", "/missing"):
            await client.get(path, headers=ID)
            log.warning("outside")
    assert {each.request_id for each in entries.records if each.message == "outside"} == {""}


async def test_requests_at_the_same_time_have_their_own_ids(app, entries, serve):
    async with serve(app) as client:
        asked = [client.get("/", headers={"X-Request-ID": f"id-{each}"}) for each in range(20)]
        await asyncio.gather(*asked)
    ids = [each.request_id for each in entries.records if each.message == "handler"]
    assert sorted(ids) == sorted(f"id-{each}" for each in range(20))


async def test_a_websocket_has_its_id(talk, entries):
    app = FastTrackFramework()

    @app.websocket("/live")
    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        log.warning("socket")

    await talk(app, "/live", headers=[(b"x-request-id", b"of-this-socket")])
    assert [each.request_id for each in entries.records if each.name == "shop"] == [
        "of-this-socket"
    ]


@contextmanager
def server_log() -> Iterator[list[logging.LogRecord]]:
    """What a running uvicorn logs, with the filters that `configure_logging` adds."""
    found: list[logging.LogRecord] = []

    class Collecting(logging.Handler):
        emit = staticmethod(found.append)

    handler, paths = Collecting(), AccessFilter()
    handler.addFilter(ContextFilter())
    loggers = [logging.getLogger(name) for name in ("uvicorn.access", "uvicorn.error")]
    for each in loggers:
        each.addHandler(handler)
        each.addFilter(paths)
        each.setLevel(logging.INFO)
    try:
        yield found
    finally:
        for each in loggers:
            each.removeHandler(handler)
            each.removeFilter(paths)
            each.setLevel(logging.CRITICAL)


async def test_the_lines_of_the_server_have_the_id_and_no_query_string(app):
    async with running(app) as port, AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        with server_log() as found:
            for path in ("/plain?token=secret", "/missing?token=secret", "/boom?token=secret"):
                await client.get(path, headers=ID)
            await client.get("/plain")
    lines = [each.getMessage().partition(" - ")[2] for each in found if each.exc_info is None]
    assert lines == [
        '"GET /plain HTTP/1.1" 200',
        '"GET /missing HTTP/1.1" 404',
        '"GET /boom HTTP/1.1" 500',
        '"GET /plain HTTP/1.1" 200',
    ]
    (failure,) = [each for each in found if each.exc_info is not None]
    assert failure.getMessage() == "Exception in ASGI application\n"
    assert {each.request_id for each in found[:-1]} == {"of-this-request"}
    assert len(found[-1].request_id) == 32
