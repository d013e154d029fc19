"""Closing a request's services, whatever becomes of the request."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext

import anyio
import pytest
from fastapi import BackgroundTasks, WebSocket
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect
from units_of_work import RecordingUnit

from ftf.container import Container, UnitsOfWork
from ftf.http import FastTrackFramework, Injected, ScopeMiddleware


class First: ...


class Second: ...


class Third: ...


def scope_for(path: str = "/", spec_version: str = "2.3") -> dict[str, object]:
    asgi = {"version": "3.0", "spec_version": spec_version}
    return {
        "type": "http",
        "asgi": asgi,
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [],
    }


async def silent() -> dict[str, object]:
    await asyncio.Event().wait()
    raise AssertionError


async def nothing(message: object) -> None: ...


def opening(cls: type, log: list[str]):
    async def opened() -> AsyncIterator[object]:
        instance = cls()
        try:
            yield instance
        except BaseException as error:
            log.append(f"{cls.__name__} saw {type(error).__name__}")
            raise
        finally:
            await asyncio.sleep(0)
            log.append(f"{cls.__name__} closed")

    return opened


@pytest.fixture
def app(log):
    app = FastTrackFramework()
    app.register(First, opening(First, log), scope="scoped")
    app.register(Second, opening(Second, log), scope="scoped")
    return app


async def test_edge_1_services_close_in_reverse_and_see_the_error(app, log, serve):
    @app.get("/")
    async def fail(first: Injected[First], second: Injected[Second]) -> None:
        raise RuntimeError("broken")

    async with serve(app) as client:
        assert (await client.get("/")).status_code == 500
    assert log == [
        "Second saw RuntimeError",
        "Second closed",
        "First saw RuntimeError",
        "First closed",
    ]


async def test_edge_3_and_4_closing_that_fails_is_logged_after_the_answer(app, log, serve, caplog):
    def stuck() -> Iterator[Third]:
        yield Third()
        raise OSError("stuck")

    app.register(Third, stuck, scope="scoped")

    @app.get("/")
    async def show(first: Injected[First], third: Injected[Third]) -> str:
        return "fine"

    async with serve(app) as client:
        answer = await client.get("/")
        assert answer.json() == "fine"
        assert (await client.get("/")).json() == "fine"
    assert log == ["First closed"] * 2
    assert (
        f"closing the services failed: / (request {answer.headers['x-request-id']})" in caplog.text
    )
    assert "OSError: stuck" in caplog.text


async def test_edge_5_a_cancelled_request_closes_its_services(app, log):
    started = asyncio.Event()

    @app.get("/")
    async def hang(first: Injected[First]) -> None:
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(app(scope_for(), silent, nothing))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log == ["First saw CancelledError", "First closed"]


async def test_edge_5_a_deadline_around_the_application_does_not_interrupt_closing(app, log):
    @app.get("/")
    async def hang(first: Injected[First]) -> None:
        deadline.cancel()
        await asyncio.Event().wait()

    with anyio.CancelScope() as deadline:
        await app(scope_for(), silent, nothing)
    assert log == ["First saw CancelledError", "First closed"]


async def test_edge_5_closing_after_an_error_has_a_time_limit(log, caplog):
    async def hanging() -> AsyncIterator[First]:
        try:
            yield First()
        finally:
            await asyncio.Event().wait()

    container = Container()
    container.register(First, hanging, scope="scoped")

    async def fail(scope: object, receive: object, send: object) -> None:
        await container.aresolve(First)
        raise KeyError("original")

    app = ScopeMiddleware(fail, container, cleanup_seconds=0)
    with pytest.raises(KeyError, match="original"):
        await app(scope_for(), silent, nothing)
    assert "closing took over 0 s" in caplog.text


@pytest.mark.parametrize("status", [200, 500])
async def test_edge_5_a_service_may_hold_a_task_group_open(app, log, caplog, status):
    async def group() -> AsyncIterator[Third]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep_forever)
            try:
                yield Third()
            finally:
                tasks.cancel_scope.cancel()
                log.append("Third closed")

    app.register(Third, group, scope="scoped")

    @app.get("/")
    async def show(third: Injected[Third]) -> str:
        if status == 500:
            raise RuntimeError("broken")
        return "fine"

    raised = pytest.raises(RuntimeError, match="broken") if status == 500 else nullcontext()
    with raised:
        await app(scope_for(), silent, nothing)
    assert log == ["Third closed"]
    assert "Attempted to exit a cancel scope" not in caplog.text


async def test_edge_6_a_request_cancelled_while_services_open_closes_those_that_are(app, log):
    opened = asyncio.Event()

    async def hanging() -> Third:
        opened.set()
        await asyncio.Event().wait()
        raise AssertionError

    app.register(Third, hanging, scope="scoped")

    @app.get("/")
    async def show(
        first: Injected[First], second: Injected[Second], third: Injected[Third]
    ) -> None: ...

    task = asyncio.create_task(app(scope_for(), silent, nothing))
    await opened.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [entry for entry in log if "closed" in entry] == ["Second closed", "First closed"]


@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
async def test_edge_9_a_disconnect_in_a_stream_closes_and_does_not_commit(app, log, spec_version):
    left, work = asyncio.Event(), RecordingUnit(log)

    @app.get("/")
    async def stream(first: Injected[First], units: Injected[UnitsOfWork]) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            units.add(work)
            while True:
                yield "line"
                await asyncio.sleep(0)

        return StreamingResponse(lines())

    async def receive() -> dict[str, object]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body":
            left.set()
            if spec_version == "2.4":
                raise OSError("the client has left")

    serving = app(scope_for(spec_version=spec_version), receive, send)
    if spec_version == "2.4":
        with pytest.raises(ClientDisconnect, match="Request id"):
            await serving
    else:
        await serving
    assert [entry for entry in log if "saw" not in entry] == ["rollback", "First closed"]


async def test_edge_10_a_background_task_has_live_services_and_its_failure_closes_them(
    app, log, serve
):
    async def fail() -> None:
        log.append("task")
        raise RuntimeError("broken task")

    @app.get("/")
    async def show(first: Injected[First], tasks: BackgroundTasks) -> str:
        tasks.add_task(fail)
        return "fine"

    async with serve(app) as client:
        assert (await client.get("/")).json() == "fine"
    assert log == ["task", "First saw RuntimeError", "First closed"]


async def test_edge_11_a_websocket_s_error_closes_its_services(app, log, talk):
    @app.websocket("/ws")
    async def chat(socket: WebSocket, first: Injected[First]) -> None:
        await socket.accept()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await talk(app, "/ws")
    assert log == ["First saw RuntimeError", "First closed"]
