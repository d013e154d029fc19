"""The end of a request on the direct way: files, services and streams are closed."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from direct_application import (
    Hook,
    Session,
    application,
)
from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.responses import PlainTextResponse
from starlette.types import Message
from units_of_work import FailingUnit

from ftf.container import Scope, UnitsOfWork
from ftf.http import FastTrackFramework, Injected


async def test_forms_are_read_and_their_files_closed(ask, log):
    app = application(log)
    files = {"upload": ("a.txt", b"x" * 10)}
    answers = [await ask(app, "/form", "POST", data={"name": "n"}, files=files) for _ in range(3)]
    assert answers[0][2] == b'"n"'
    assert answers[1:] == answers[:1] * 2


async def test_what_fails_when_files_are_closed_is_answered(ask, log):
    app = FastTrackFramework()
    closing: list[Exception] = [ValueError("not closed")]

    @app.get("/")
    async def show(request: Request) -> str:
        stack = request.scope["fastapi_middleware_astack"]

        async def close() -> None:
            raise closing[0]

        stack.push_async_callback(close)
        if "fail" in request.url.query:
            raise ValueError("unexpected")
        return "sent"

    answers = [await ask(app, "/?fail") for _ in range(3)]
    assert answers[0][0] == 500
    assert answers[0][-1] == ["ValueError('not closed')"]
    assert answers[2] == answers[0]
    assert (await ask(app, "/"))[-1] == ["ValueError('not closed')"]


async def test_an_error_that_an_exit_suppresses_is_none(ask, log):
    app = FastTrackFramework()

    @app.get("/{sent}")
    async def show(sent: str, request: Request) -> str:
        request.scope["fastapi_middleware_astack"].push(lambda *_: True)
        raise Hook

    answers = [await ask(app, "/x") for _ in range(3)]
    assert answers[2] == answers[0]


async def test_the_stack_of_files_is_one_of_contextlib_s(ask, log):
    app = FastTrackFramework()

    @app.get("/")
    async def show(request: Request) -> bool:
        stack = request.scope["fastapi_middleware_astack"]
        await stack.enter_async_context(AsyncExitStack())
        return hasattr(stack, "nothing")

    answers = [(await ask(app, "/"))[2] for _ in range(3)]
    assert answers == [b"false"] * 3


async def test_an_application_that_ignores_a_failed_commit_is_answered(ask, log):
    app = FastTrackFramework()

    class Ignoring:
        async def __call__(self, scope, receive, send) -> None:
            try:
                await send({"type": "http.response.start", "status": 200, "headers": []})
            except BaseException as error:  # noqa: BLE001
                log.append(type(error).__name__)

    @app.get("/")
    async def show(units: Injected[UnitsOfWork]) -> PlainTextResponse:
        units.add(FailingUnit(ValueError("not committed")))

        class Response(PlainTextResponse):
            __call__ = Ignoring.__call__

        return Response("x")

    answers = [await ask(app, "/") for _ in range(3)]
    assert answers[0][0] == 500
    assert answers[2] == answers[0]


async def test_units_that_no_response_settles_are_rolled_back(log):
    app = application(log)

    class Nothing(PlainTextResponse):
        async def __call__(self, scope, receive, send) -> None: ...

    @app.get("/nothing")
    async def nothing(session: Injected[Session]) -> PlainTextResponse:
        return Nothing()

    for _ in range(3):
        log.clear()
        sent: list[Message] = []

        async def send(message: Message, sent=sent) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/nothing", "headers": []}
        await app(scope | {"query_string": b""}, None, send)
        assert (sent, log) == ([], ["rollback", "closed"])


async def test_a_failure_to_close_services_is_logged(ask, log, caplog):
    app = FastTrackFramework()

    class Broken:
        def close(self) -> None:
            raise ValueError("broken")

    app.register(Broken, scope="scoped")

    @app.get("/")
    async def show(broken: Injected[Broken]) -> str:
        return "sent"

    answers = [await ask(app, "/") for _ in range(3)]
    assert answers[0][2] == b'"sent"'
    assert answers[2] == answers[0]
    assert len(caplog.messages) == 3


@pytest.mark.parametrize("warm", [0, 2])
async def test_a_cancelled_request_closes_its_services(log, warm, ask):
    app = application(log)
    entered = asyncio.Event()

    @app.get("/wait")
    async def wait(request: Request, session: Injected[Session]) -> str:
        if request.headers.get("x-wait"):
            entered.set()
            await asyncio.Event().wait()
        return "sent"

    for _ in range(warm):
        await ask(app, "/wait")
    log.clear()
    scope = {"type": "http", "method": "GET", "path": "/wait", "query_string": b""}
    scope["headers"] = [(b"x-wait", b"1")]
    task = asyncio.create_task(app(scope, None, None))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log == ["rollback", "closed after CancelledError"]
    assert scope["ftf.http.scope"] is None


@pytest.mark.parametrize("warm", [0, 2])
async def test_an_event_stream_ends_with_the_application(log, warm):
    app = FastTrackFramework()
    beat = asyncio.Event()
    sent: list[Message] = []

    @app.get("/events")
    async def events(forever: int = 0) -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "data: 1\n\n"
            if forever:
                await asyncio.Event().wait()

        return StreamingResponse(parts(), media_type="text/event-stream")

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get("body"):
            beat.set()

    scope = {"type": "http", "method": "GET", "path": "/events", "headers": []}
    for _ in range(warm):
        await app(scope | {"query_string": b""}, receive, send)
    assert not app.draining.streams
    sent.clear()
    beat.clear()
    async with app.router.lifespan_context(app):
        serving = asyncio.create_task(app(scope | {"query_string": b"forever=1"}, receive, send))
        await beat.wait()
        app.draining.end_streams()
        await serving
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert not app.draining.streams


async def test_no_request_is_kept(log, ask):
    app = application(log)
    seen: list[weakref.ref[Scope]] = []

    class Noted: ...

    app.register(Noted, scope="scoped")

    @app.get("/noted/{failing}")
    async def noted(failing: int, noted: Injected[Noted]) -> str:
        seen.append(weakref.ref(noted))
        if failing:
            raise ValueError("unexpected")
        return "sent"

    for _ in range(2):
        await ask(app, "/noted/0")
    gc.collect()
    gc.disable()
    try:
        await ask(app, "/noted/0")
        assert seen[-1]() is None
    finally:
        gc.enable()
