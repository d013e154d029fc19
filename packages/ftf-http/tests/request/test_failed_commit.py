"""A response whose commit failed: what the client gets instead, and the end of the rest."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse, StreamingResponse
from httpx import ASGITransport, AsyncClient
from starlette.middleware.base import BaseHTTPMiddleware
from units_of_work import FailingUnit

from ftf.container import Container, UnitsOfWork
from ftf.http import FastTrackFramework, Injected, ScopeMiddleware


class ConflictError(Exception): ...


def conflicting() -> FailingUnit:
    return FailingUnit(ConflictError("Somebody was faster"))


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.map_error(ConflictError, 409)
    return app


async def test_the_background_tasks_of_the_response_do_not_run(app, log, serve):
    @app.post("/")
    async def sign_up(units: Injected[UnitsOfWork], tasks: BackgroundTasks) -> str:
        units.add(conflicting())
        tasks.add_task(log.append, "welcome mail")
        return "welcome"

    async with serve(app) as client:
        assert (await client.post("/")).status_code == 409
    assert log == []


@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_stream_ends_with_all_that_belongs_to_it(app, log, spec_version, wrapped):
    async def opened() -> AsyncIterator[None]:
        try:
            yield
        finally:
            log.append("dependency closed")

    async def beats() -> AsyncIterator[str]:
        try:
            while True:
                yield "beat"
                await asyncio.sleep(0)
        finally:
            log.append("stream closed")

    @app.get("/", dependencies=[Depends(opened)])
    async def stream(units: Injected[UnitsOfWork]) -> StreamingResponse:
        units.add(conflicting())
        return StreamingResponse(beats())

    async def passing(request, call_next):
        return await call_next(request)

    if wrapped:
        app.add_middleware(BaseHTTPMiddleware, dispatch=passing)
    sent = []

    async def send(message) -> None:
        sent.append(message)

    async def silent():
        return await asyncio.Event().wait()

    asgi = {"version": "3.0", "spec_version": spec_version}
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    async with asyncio.timeout(60):
        await app({**scope, "asgi": asgi}, silent, send)
    assert [message.get("status") for message in sent] == [409, None]
    assert "dependency closed" in log


async def test_edge_38_a_handler_that_fails_too_is_answered_as_unexpected(app, serve):
    @app.exception_handler(ConflictError)
    async def broken(request, error) -> None:
        raise LookupError("secret")

    @app.get("/")
    async def write(units: Injected[UnitsOfWork]) -> None:
        units.add(conflicting())

    async with serve(app) as client:
        answer = await client.get("/")
    assert answer.json()["title"] == "Internal Server Error"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        with pytest.raises(LookupError, match="secret"):
            await client.get("/")


async def test_nobody_takes_the_end_of_the_replaced_response_for_an_error(app, log, serve):
    @app.exception_handler(500)
    async def sorry(request, error) -> PlainTextResponse:
        log.append(error)
        return PlainTextResponse("sorry", 500)

    @app.get("/")
    async def write(units: Injected[UnitsOfWork]) -> None:
        units.add(conflicting())

    async with serve(app) as client:
        assert (await client.get("/")).status_code == 409
    assert log == []


async def test_edge_31_the_application_that_owns_the_unit_answers_for_a_mounted_one(app, serve):
    inner = FastAPI()

    @inner.get("/")
    async def write(units: Injected[UnitsOfWork]) -> None:
        units.add(conflicting())

    app.mount("/inner", inner)
    async with serve(app) as client:
        assert (await client.get("/inner/")).status_code == 409


async def test_edge_38_a_handler_of_the_status_wins_over_one_of_the_class(app, serve):
    @app.exception_handler(418)
    async def teapot(request, error) -> PlainTextResponse:
        return PlainTextResponse("short and stout", 418)

    @app.get("/commit")
    async def write(units: Injected[UnitsOfWork]) -> None:
        units.add(FailingUnit(HTTPException(418)))

    @app.get("/handler")
    async def fail() -> None:
        raise HTTPException(418)

    async with serve(app) as client:
        for path in ("/handler", "/commit"):
            assert (await client.get(path)).text == "short and stout"


async def test_a_wrapped_plain_application_answers_by_its_handlers(serve):
    app, container = FastAPI(), Container()

    @app.exception_handler(ConflictError)
    async def conflict(request, error) -> PlainTextResponse:
        return PlainTextResponse("conflict", 409)

    @app.get("/")
    async def write(units: Injected[UnitsOfWork]) -> None:
        units.add(conflicting())

    wrapped = ScopeMiddleware(app, container)
    wrapped.router = app.router
    async with serve(wrapped) as client:
        assert (await client.get("/")).text == "conflict"
