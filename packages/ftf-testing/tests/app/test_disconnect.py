"""Clients that leave before the end of a response, and what their application hears of it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from ftf.testing import StreamingTransport, UnfinishedRequestError

each_library = pytest.mark.parametrize("library", [httpx, httpx2])


def endless(made: list[int]) -> FastAPI:
    """An application whose stream of events has no end."""
    app = FastAPI()

    async def numbers() -> AsyncIterator[str]:
        while True:
            made.append(len(made))
            yield f"data: {len(made)}\n\n"

    @app.get("/events")
    async def stream() -> StreamingResponse:
        return StreamingResponse(numbers(), media_type="text/event-stream")

    return app


@each_library
async def test_an_endless_stream_is_read_piece_by_piece_and_left(library):
    made: list[int] = []
    transport = StreamingTransport(endless(made))
    async with library.AsyncClient(transport=transport, base_url="http://testserver") as client:
        async with client.stream("GET", "/events") as response:
            lines = response.aiter_lines()
            assert [await anext(lines) for _ in range(3)] == ["data: 1", "", "data: 2"]
            await lines.aclose()
        after = len(made)
        await asyncio.sleep(0)
    assert len(made) == after < 6


async def test_a_stream_that_is_silent_can_be_left(client_of):
    app = FastAPI()
    closed = asyncio.Event()

    async def silence() -> AsyncIterator[str]:
        try:
            yield "first"
            await asyncio.Event().wait()
        finally:
            closed.set()

    @app.get("/")
    async def stream() -> StreamingResponse:
        return StreamingResponse(silence())

    async with client_of(app) as client, client.stream("GET", "/") as response:
        assert await anext(response.aiter_text()) == "first"
    assert closed.is_set()


async def test_a_client_that_ends_leaves_what_it_reads(client_of):
    made: list[int] = []
    async with client_of(endless(made)) as client:
        request = client.build_request("GET", "/events")
        await client.send(request, stream=True)
    after = len(made)
    await asyncio.sleep(0)
    assert len(made) == after < 4


async def test_an_application_that_ignores_its_client_is_cancelled_and_named(client_of):
    ended = asyncio.Event()

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with client_of(app, grace=0.01) as client:
        message = r"GET /news still ran 0.01 s after its client disconnected, .* `http.disconnect`"
        with pytest.raises(UnfinishedRequestError, match=message) as caught:
            async with client.stream("GET", "/news"):
                pass
    assert ended.is_set()
    assert (caught.value.request, caught.value.seconds) == ("GET /news", 0.01)


async def test_what_is_sent_after_the_client_left_is_dropped(client_of):
    heard = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await receive()
        heard.append(await receive())
        await send({"type": "http.response.body", "body": b"late"})
        heard.append("sent")

    async with client_of(app) as client, client.stream("GET", "/"):
        pass
    assert heard == [{"type": "http.disconnect"}, "sent"]


async def test_a_cancelled_request_is_a_disconnect(client_of):
    started, left, heard = asyncio.Event(), asyncio.Event(), []

    async def app(scope, receive, send):
        await receive()
        started.set()
        heard.append(await receive())
        left.set()

    async with client_of(app) as client:
        asking = asyncio.create_task(client.get("/"))
        await started.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(left.wait(), 60)
    assert heard == [{"type": "http.disconnect"}]


@each_library
async def test_a_read_timeout_is_kept_before_and_within_a_response(library):
    app = FastAPI()

    @app.get("/")
    async def wait(request: Request) -> None:
        await request.body()
        await request.receive()

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def silence() -> AsyncIterator[str]:
            yield "first"
            await asyncio.Event().wait()

        return StreamingResponse(silence())

    transport = StreamingTransport(app)
    async with library.AsyncClient(transport=transport, base_url="http://testserver") as client:
        for path in ("/", "/stream"):
            message = f"GET {path}: the application sent nothing for 0.01 s"
            with pytest.raises(library.ReadTimeout, match=message):
                await client.get(path, timeout=0.01)


async def test_errors_after_the_client_left_are_all_reported():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await receive()
        await receive()
        raise ZeroDivisionError(scope["path"])

    transport = StreamingTransport(app)
    client = httpx.AsyncClient(transport=transport, base_url="http://testserver")
    for path in ("/a", "/b"):
        await client.send(client.build_request("GET", path), stream=True)
    with pytest.raises(ExceptionGroup, match="requests failed after their clients") as caught:
        await client.aclose()
    await transport.handle_async_request(client.build_request("GET", "/c"))
    with pytest.raises(ZeroDivisionError, match="/c"):
        await transport.aclose()
    assert {str(each) for each in caught.value.exceptions} == {"/a", "/b"}
