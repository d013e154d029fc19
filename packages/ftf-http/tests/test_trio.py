"""An application that trio runs."""

import logging
import math
import signal
from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse

from ftf.container import UnitsOfWork
from ftf.http import Draining, FastTrackFramework, Injected, ScopeMiddleware

SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}


class Clock: ...


class Unit:
    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def commit(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.log.append("commit")

    async def rollback(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.log.append("rollback")


def run(use, *args) -> object:
    return anyio.run(use, *args, backend="trio")


async def answer_of(app, path: str = "/") -> tuple[object, object]:
    """The status and body of a response."""
    sent = []

    async def send(message) -> None:
        sent.append(message)

    await app(SCOPE | {"path": path}, anyio.sleep_forever, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


@pytest.fixture
def app(log):
    app = FastTrackFramework()
    app.register(Clock)

    @app.get("/", dependencies=[Depends(lambda: None)])
    async def show(clock: Injected[Clock], units: Injected[UnitsOfWork]) -> str:
        units.add(Unit(log))
        return type(clock).__name__

    @app.get("/direct")
    async def direct(clock: Injected[Clock]) -> str:
        return type(clock).__name__

    @app.get("/fails")
    async def fail(units: Injected[UnitsOfWork]) -> None:
        units.add(Unit(log))
        raise LookupError("secret")

    return app


def test_requests_are_served_and_settled(app, log):
    async def use() -> None:
        assert await answer_of(app) == (200, b'"Clock"')
        assert await answer_of(app, "/direct") == (200, b'"Clock"')
        with pytest.raises(LookupError, match="secret"):
            await answer_of(app, "/fails")

    run(use)
    assert log == ["commit", "rollback"]


def test_rolling_back_has_a_time_limit(caplog):
    class Hanging(Unit):
        async def rollback(self) -> None:
            await anyio.sleep_forever()

    app = FastAPI()
    container = FastTrackFramework().container
    app.add_middleware(ScopeMiddleware, container=container, cleanup_seconds=0.01)

    @app.get("/")
    async def fail() -> None:
        (await container.aresolve(UnitsOfWork)).add(Hanging([]))
        raise LookupError("secret")

    async def use() -> None:
        with pytest.raises(LookupError, match="secret"):
            await answer_of(app)

    run(use)
    assert "closing took over 0.01 s" in caplog.text


@pytest.mark.parametrize("ready", [True, False])
def test_readiness_checks_run(app, ready):
    async def slow() -> None:
        await anyio.sleep(math.inf)

    async def fine(clock: Clock) -> None: ...

    app.add_readiness_check("plain", lambda: ready)
    app.add_readiness_check("fine", fine)
    if not ready:
        app.add_readiness_check("slow", slow, timeout=0.01)

    status, body = run(answer_of, app, "/ready")
    assert status == (200 if ready else 503)
    assert (b'"plain":"ok","fine":"ok"' in body) is ready
    assert (b'"plain":"failed","fine":"ok","slow":"timed out"' in body) is not ready


@pytest.mark.parametrize("delay", [0, 0.01])
def test_an_event_stream_ends_with_the_application(log, delay):
    app = FastTrackFramework(shutdown_delay=delay)

    @app.get("/")
    async def events(draining: Injected[Draining]) -> StreamingResponse:
        async def beats() -> AsyncIterator[str]:
            try:
                yield "data: beat\n\n"
                await anyio.sleep_forever()
            finally:
                log.append("closed")

        return StreamingResponse(beats(), media_type="text/event-stream")

    async def use() -> None:
        sent, beat = [], anyio.Event()

        async def send(message) -> None:
            sent.append(message)
            if message.get("body"):
                beat.set()

        with app.draining.listening():
            async with anyio.create_task_group() as group:
                group.start_soon(app, dict(SCOPE), anyio.sleep_forever, send)
                await beat.wait()
                signal.raise_signal(signal.SIGTERM)
                assert app.draining.begun
                await app.draining.wait()
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}

    before = signal.signal(signal.SIGTERM, lambda number, frame: log.append(f"told {number}"))
    try:
        run(use)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert sorted(log) == ["closed", "told 15"]


def test_a_cancelled_request_is_cancelled(log):
    app = FastTrackFramework()

    @app.get("/")
    async def wait() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            log.append("ended")

    async def use() -> None:
        with anyio.move_on_after(0.01):
            await answer_of(app)

    run(use)
    assert log == ["ended"]


class Stamp:
    def __init__(self, app, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope, receive, send) -> None:
        logging.getLogger("stamp").warning(type(self.clock).__name__)
        await self.app(scope, receive, send)


def test_the_container_builds_middleware(app, caplog):
    app.add_middleware(Stamp)
    assert run(answer_of, app) == (200, b'"Clock"')
    assert "Clock" in caplog.text


def test_middleware_that_cannot_be_built_says_why(app):
    class Broken(Clock):
        def __init__(self) -> None:
            raise LookupError("no clock")

    app.container.register(Clock, Broken)
    app.add_middleware(Stamp)
    with pytest.raises(LookupError, match="no clock"):
        run(answer_of, app)
