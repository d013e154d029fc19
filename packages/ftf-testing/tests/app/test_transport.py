"""Requests to an application in this process, and its responses."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import httpx2
import pytest
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import StreamingResponse

from ftf.testing import IncompleteResponseError, StreamingTransport


@pytest.mark.parametrize("library", [httpx, httpx2])
async def test_both_libraries_get_a_response(library):
    app = FastAPI()

    @app.post("/words/{word}")
    async def words(word: str, request: Request) -> list[str]:
        return [word, request.headers["x-a"], request.url.query, (await request.body()).decode()]

    transport = StreamingTransport(app)
    async with library.AsyncClient(transport=transport, base_url="http://testserver") as client:
        response = await client.post("/words/å?b=c", headers={"X-A": "a"}, content=b"body")
        assert response.json() == ["å", "a", "b=c", "body"]
        with pytest.raises(
            library.UnsupportedProtocol, match=r"ws://\S+ is not .*use Starlette's Tes"
        ):
            await client.get("ws://testserver/words")


async def test_the_scope_has_a_state_of_its_own_and_the_versions_of_a_server(client_of):
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


async def test_uploads_are_streamed(client_of):
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
        await client.post("/", files={"file": b"parts"})
    assert received[:-1] == [b"a", b"b", b"", b"whole"]
    assert (received[-1][:2], received[-1][-4:]) == (b"--", b"--\r\n")


async def test_once_its_response_is_read_an_application_hears_of_no_more(client_of):
    heard = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})
        heard.extend((await receive(), await receive()))

    async with client_of(app) as client:
        await asyncio.wait_for(client.get("/"), 60)
    assert heard[-1] == {"type": "http.disconnect"}


async def test_background_tasks_are_done_when_the_response_is(client_of):
    app, done = FastAPI(), []

    async def later() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        done.append("background")

    @app.get("/")
    async def index(background: BackgroundTasks) -> None:
        background.add_task(later)

    async with client_of(app, grace=0) as client:
        await client.get("/")
        assert done == ["background"]


async def test_head_has_no_body(client_of):
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


async def test_what_the_application_raises_is_raised(client_of):
    async with client_of(broken()) as client:
        with pytest.raises(ZeroDivisionError, match="before"):
            await client.get("/")
        async with client.stream("GET", "/stream") as response:
            with pytest.raises((ZeroDivisionError, ExceptionGroup)):
                await response.aread()


async def test_or_the_client_gets_what_a_server_would_give(client_of):
    async with client_of(broken(), raise_app_exceptions=False) as client:
        response = await client.get("/")
        assert (response.status_code, response.text) == (500, "Internal Server Error")
        message = "GET /stream: the application ended without the rest of its response"
        with pytest.raises(httpx.RemoteProtocolError, match=message) as caught:
            await client.get("/stream")
    assert caught.value.__cause__.__cause__ is not None


async def test_an_application_without_a_response_is_an_error_or_a_500(client_of):
    async def app(scope, receive, send):
        pass

    async with client_of(app) as client:
        message = r"GET /a: the application ended without a response\."
        with pytest.raises(IncompleteResponseError, match=message) as caught:
            await client.get("/a")
    assert (caught.value.request, caught.value.missing) == ("GET /a", "a response")
    async with client_of(app, raise_app_exceptions=False) as client:
        assert (await client.get("/")).status_code == 500


async def test_half_a_response_is_an_error(client_of):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    async with client_of(app) as client:
        with pytest.raises(IncompleteResponseError, match="without the rest of its response"):
            await client.get("/")


async def test_a_cancellation_from_within_is_no_response(client_of):
    async def app(scope, receive, send):
        raise asyncio.CancelledError

    async with client_of(app, raise_app_exceptions=False) as client:
        assert (await client.get("/")).status_code == 500
