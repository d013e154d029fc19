"""Requests that take too long, and bodies that arrive too slowly."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from functools import partial
from math import inf, nan
from typing import Annotated

import pytest
from fastapi import Body, WebSocket
from starlette.requests import Request
from starlette.responses import StreamingResponse
from units_of_work import RecordingUnit

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected


class Session(RecordingUnit):
    """A session that is closed with its request."""


@pytest.fixture
def app(log) -> FastTrackFramework:
    async def opened(units: UnitsOfWork) -> AsyncIterator[Session]:
        session = Session(log)
        units.add(session)
        try:
            yield session
        finally:
            log.append("close")

    app = FastTrackFramework(request_timeout=50, body_timeout=50)
    app.register(Session, opened, scope="scoped")
    return app


async def test_a_request_that_takes_too_long_is_rolled_back_closed_and_503(
    app, serve, log, advance
):
    @app.post("/")
    async def wait(session: Injected[Session]) -> None:
        advance(51)
        try:
            await asyncio.Event().wait()
        finally:
            log.append("cancelled")

    async with serve(app) as client:
        response = await client.post("/")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert response.headers["x-request-id"]
    assert response.json() == {
        "title": "Service Unavailable",
        "status": 503,
        "detail": "The request took too long.",
    }
    assert log == ["cancelled", "rollback", "close"]


async def test_a_request_in_time_is_committed(app, serve, log):
    @app.post("/")
    async def add(session: Injected[Session], body: dict[str, int]) -> int:
        return len(body)

    async with serve(app) as client:
        assert (await client.post("/", json={"a": 1})).json() == 1
    assert log == ["commit", "close"]


async def test_a_response_that_has_started_may_take_its_time(serve, advance):
    app = FastTrackFramework(request_timeout=30)

    @app.get("/")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"a"
            advance(31)
            await asyncio.sleep(0.001)
            yield b"b"

        return StreamingResponse(parts())

    async with serve(app) as client:
        response = await client.get("/")
    assert (response.status_code, response.content) == (200, b"ab")


async def test_a_websocket_has_no_deadline(app, talk, advance):
    @app.websocket("/")
    async def chat(socket: WebSocket) -> None:
        advance(51)
        await asyncio.sleep(0.001)
        await socket.accept()

    async with app.router.lifespan_context(app):
        assert (await talk(app, "/"))[0]["type"] == "websocket.accept"


async def answer_to(
    app, *messages: dict[str, object], path: str = "/", silence=lambda: None
) -> dict[str, object]:
    """The start of the response to a client that sends messages and then is silent."""
    heard, sent = iter(messages), []

    async def receive():
        for message in heard:
            return message
        silence()
        return await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    await app(scope | {"query_string": b""}, receive, send)
    return sent[0]


PART, END = (
    {"type": "http.request", "body": b"1", "more_body": more_body} for more_body in (True, False)
)


@pytest.fixture
def slow_app() -> FastTrackFramework:
    app = FastTrackFramework(body_timeout=20)

    @app.post("/")
    async def add(body: Annotated[int, Body()]) -> int:
        return body

    return app


@pytest.mark.parametrize("parts", [(), (PART,), (PART, PART)])
async def test_a_body_that_does_not_arrive_is_408(slow_app, parts, advance):
    late = partial(advance, 21)
    assert (await answer_to(slow_app, *parts, silence=late))["status"] == 408


async def test_a_body_that_arrives_in_parts_is_read(slow_app):
    assert (await answer_to(slow_app, PART, PART, END))["status"] == 200


async def test_a_body_that_never_ends_is_408(slow_app):
    with pytest.MonkeyPatch.context() as patched:
        times = itertools.count()
        patched.setattr("ftf.http.request._deadline.current_time", lambda: next(times))
        assert (await answer_to(slow_app, *[PART] * 1_000))["status"] == 408


async def test_waiting_for_the_client_to_leave_is_no_slow_body(slow_app, advance):
    @slow_app.post("/wait")
    async def wait(request: Request) -> str:
        await request.body()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(request.receive(), 40)
        return "stayed"

    late = partial(advance, 41)
    assert (await answer_to(slow_app, END, path="/wait", silence=late))["status"] == 200


@pytest.mark.parametrize("seconds", [0, -1.0, inf, nan])
@pytest.mark.parametrize("name", ["request_timeout", "body_timeout"])
def test_a_time_limit_is_above_0(name, seconds):
    with pytest.raises(ValueError, match=f"{name} must be a number of seconds above 0, not"):
        FastTrackFramework(**{name: seconds})
