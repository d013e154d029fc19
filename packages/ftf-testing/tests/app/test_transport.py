import asyncio
from collections.abc import AsyncIterator

import httpx
import httpx2
import pytest
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import StreamingResponse

from ftf.testing import IncompleteResponseError, StreamingTransport, UnfinishedRequestError

each_library = pytest.mark.parametrize("library", [httpx, httpx2])


def client_of(app, **options) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=StreamingTransport(app, **options), base_url="http://testserver"
    )


@each_library
async def test_both_libraries_get_a_response(library):
    app = FastAPI()

    @app.post("/words/{word}")
    async def words(word: str, request: Request) -> list[str]:
        return [word, request.headers["x-a"], request.url.query, (await request.body()).decode()]

    transport = StreamingTransport(app)
    async with library.AsyncClient(transport=transport, base_url="http://testserver") as client:
        response = await client.post("/words/å?b=c", headers={"X-A": "a"}, content=b"body")
    assert response.json() == ["å", "a", "b=c", "body"]


async def test_the_scope_has_a_state_of_its_own_and_the_versions_of_a_server():
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope)
        scope["state"]["mine"] = True
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    async with client_of(
        app, state={"pool": 1}, root_path="/api", client=("10.0.0.1", 1)
    ) as client:
        await client.get("https://example.org:444/a%20b?c=d")
        await client.get("/")
    scope, other = scopes
    assert scope["state"] == other["state"] == {"pool": 1, "mine": True}
    assert scope["state"] is not other["state"]
    assert scope["asgi"] == {"version": "3.0", "spec_version": "2.3"}
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/a b", b"/a%20b", b"c=d")
    assert (scope["scheme"], scope["server"]) == ("https", ("example.org", 444))
    assert (scope["root_path"], scope["client"]) == ("/api", ("10.0.0.1", 1))


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


async def test_a_stream_that_is_silent_can_be_left():
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


async def test_a_client_that_ends_leaves_what_it_reads():
    made: list[int] = []
    async with client_of(endless(made)) as client:
        request = client.build_request("GET", "/events")
        await client.send(request, stream=True)
    after = len(made)
    await asyncio.sleep(0)
    assert len(made) == after < 4


async def test_an_application_that_ignores_its_client_is_cancelled_and_named():
    ended = asyncio.Event()

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with client_of(app, grace=0.01) as client:
        message = r"GET /news still ran 0.01 s after its client left, .* `http.disconnect`"
        with pytest.raises(UnfinishedRequestError, match=message) as caught:
            async with client.stream("GET", "/news"):
                pass
    assert ended.is_set()
    assert (caught.value.request, caught.value.seconds) == ("GET /news", 0.01)


async def test_what_is_sent_after_the_client_left_is_dropped():
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


async def test_a_cancelled_request_is_a_disconnect():
    started, heard = asyncio.Event(), []

    async def app(scope, receive, send):
        await receive()
        started.set()
        heard.append(await receive())

    async with client_of(app) as client:
        asking = asyncio.create_task(client.get("/"))
        await started.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
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
            message = f"GET {path}: nothing came within 0.01 s"
            with pytest.raises(library.ReadTimeout, match=message):
                await client.get(path, timeout=0.01)


async def test_uploads_are_streamed():
    received = []

    async def app(scope, receive, send):
        more = True
        while more:
            message = await receive()
            received.append(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"ok"})

    async def parts() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    async with client_of(app) as client:
        assert (await client.post("/", content=parts())).text == "ok"
        await client.post("/", content=b"whole")
    assert received == [b"a", b"b", b"", b"whole"]


async def test_background_tasks_are_done_when_the_response_is():
    app, done = FastAPI(), []

    async def later() -> None:
        await asyncio.sleep(0)
        done.append("background")

    @app.get("/")
    async def index(background: BackgroundTasks) -> None:
        background.add_task(later)

    async with client_of(app) as client:
        await client.get("/")
        assert done == ["background"]


async def test_head_has_no_body():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
        await send({"type": "http.response.body", "body": b"dropped"})

    async with client_of(app) as client:
        response = await client.head("/")
    assert (response.content, response.headers["a"]) == (b"", "b")


def broken() -> FastAPI:
    """An application with an error before and one within a response."""
    app = FastAPI()

    @app.get("/")
    async def fail() -> None:
        raise ZeroDivisionError("before")

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "first"
            raise ZeroDivisionError("within")

        return StreamingResponse(parts())

    return app


async def test_what_the_application_raises_is_raised():
    async with client_of(broken()) as client:
        with pytest.raises(ZeroDivisionError, match="before"):
            await client.get("/")
        async with client.stream("GET", "/stream") as response:
            with pytest.raises((ZeroDivisionError, ExceptionGroup)):
                await response.aread()


async def test_or_the_client_gets_what_a_server_would_give():
    async with client_of(broken(), raise_app_exceptions=False) as client:
        response = await client.get("/")
        assert (response.status_code, response.text) == (500, "Internal Server Error")
        message = "GET /stream: the application ended without the rest of its response"
        with pytest.raises(httpx.RemoteProtocolError, match=message):
            await client.get("/stream")


async def test_an_application_without_a_response_is_an_error_or_a_500():
    async def app(scope, receive, send):
        pass

    async with client_of(app) as client:
        message = r"GET /a: the application ended without a response\."
        with pytest.raises(IncompleteResponseError, match=message) as caught:
            await client.get("/a")
    assert (caught.value.request, caught.value.missing) == ("GET /a", "a response")
    async with client_of(app, raise_app_exceptions=False) as client:
        assert (await client.get("/")).status_code == 500


async def test_half_a_response_is_an_error():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    async with client_of(app) as client:
        with pytest.raises(IncompleteResponseError, match="without the rest of its response"):
            await client.get("/")


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
    with pytest.raises(ExceptionGroup, match="requests that their clients left") as caught:
        await client.aclose()
    await transport.handle_async_request(client.build_request("GET", "/c"))
    with pytest.raises(ZeroDivisionError, match="/c"):
        await transport.aclose()
    assert {str(each) for each in caught.value.exceptions} == {"/a", "/b"}


async def test_a_cancellation_from_within_is_no_response():
    async def app(scope, receive, send):
        raise asyncio.CancelledError

    async with client_of(app, raise_app_exceptions=False) as client:
        assert (await client.get("/")).status_code == 500
