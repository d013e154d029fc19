"""Which event streams end with the application, and what of them is left to finish."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from ftf.http import FastTrackFramework, Injected

END = {"type": "http.response.body", "body": b"", "more_body": False}
SCOPE = {"type": "http", "method": "GET", "query_string": b"", "headers": []}


class Session: ...


class Client:
    """Sends one request and keeps what comes back."""

    def __init__(self) -> None:
        self.sent: list[dict[str, object]] = []
        self.beat = asyncio.Event()
        self.left = asyncio.Event()

    async def receive(self) -> dict[str, object]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(0)  # like a server whose client is slow
        self.sent.append(message)
        if message.get("body"):
            self.beat.set()

    def request(self, app, path: str) -> asyncio.Task[None]:
        return asyncio.create_task(app(SCOPE | {"path": path}, self.receive, self.send))


@pytest.fixture
def client() -> Client:
    return Client()


class Gate:
    """Holds up whatever passes, and keeps the names of what has passed."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self.passed: list[str] = []

    async def hold(self, name: str) -> None:
        self.reached.set()
        await self.opened.wait()
        self.passed.append(name)


@pytest.fixture
def gate() -> Gate:
    return Gate()


async def beats() -> AsyncIterator[str]:
    yield "data: beat\n\n"
    await asyncio.Event().wait()


async def one_beat() -> AsyncIterator[str]:
    yield "data: beat\n\n"


async def last_words() -> AsyncIterator[str]:
    try:
        async for beat in beats():
            yield beat
    except asyncio.CancelledError:
        yield "data: goodbye\n\n"


@pytest.fixture
def app(gate):
    async def open_session() -> AsyncIterator[Session]:
        yield Session()
        await gate.hold("services")

    async def work() -> None:
        await gate.hold("background task")

    app = FastTrackFramework()
    app.register(Session, open_session, scope="scoped")

    @app.get("/endless")
    async def endless(session: Injected[Session]) -> StreamingResponse:
        return StreamingResponse(beats(), media_type="text/event-stream")

    @app.get("/late")
    async def late() -> StreamingResponse:
        await gate.hold("handler")
        return StreamingResponse(beats(), media_type="text/event-stream")

    @app.get("/brief")
    async def brief(session: Injected[Session]) -> StreamingResponse:
        return StreamingResponse(one_beat(), media_type="text/event-stream")

    @app.get("/working")
    async def working() -> StreamingResponse:
        background = BackgroundTask(work)
        return StreamingResponse(one_beat(), media_type="text/event-stream", background=background)

    @app.get("/polite")
    async def polite(session: Injected[Session]) -> StreamingResponse:
        return StreamingResponse(last_words(), media_type="text/event-stream")

    return app


@pytest.fixture(params=["", "/inner"])
def served(app, request):
    """The application, and its path where it is mounted in another one."""
    if not request.param:
        return app, ""
    outer = FastTrackFramework()
    outer.mount("/inner", app)
    return outer, request.param


async def test_edge_42_a_stream_that_starts_after_the_signal_ends_too(served, client, gate):
    app, prefix = served
    async with asyncio.timeout(60), app.router.lifespan_context(app):
        serving = client.request(app, f"{prefix}/late")
        await gate.reached.wait()
        app.draining.end_streams()
        gate.opened.set()
        await asyncio.shield(serving)
    assert client.sent[0]["status"] == 200
    assert client.sent.count(END) == 1
    assert serving.cancelling() == 0


@pytest.mark.parametrize("path", ["/endless", "/polite"])
async def test_edge_42_the_services_of_an_ended_stream_close_undisturbed(
    served, client, gate, path
):
    app, prefix = served
    async with asyncio.timeout(60), app.router.lifespan_context(app):
        serving = client.request(app, f"{prefix}{path}")
        await client.beat.wait()
        app.draining.end_streams()
        await gate.reached.wait()
        app.draining.end_streams()
        gate.opened.set()
        await asyncio.shield(serving)
    assert gate.passed == ["services"]
    assert client.sent.count(END) == 1


async def test_edge_42_what_a_client_left_behind_is_closed_undisturbed(served, client, gate):
    app, prefix = served
    async with asyncio.timeout(60), app.router.lifespan_context(app):
        serving = client.request(app, f"{prefix}/endless")
        await client.beat.wait()
        client.left.set()
        await gate.reached.wait()
        app.draining.end_streams()
        gate.opened.set()
        await asyncio.shield(serving)
    assert gate.passed == ["services"]


@pytest.mark.parametrize(
    ("path", "done"), [("/brief", "services"), ("/working", "background task")]
)
async def test_edge_42_a_stream_that_is_complete_stays_as_it_is(served, client, gate, path, done):
    app, prefix = served
    async with asyncio.timeout(60), app.router.lifespan_context(app):
        serving = client.request(app, prefix + path)
        await gate.reached.wait()
        app.draining.end_streams()
        gate.opened.set()
        await asyncio.shield(serving)
    assert gate.passed == [done]
    assert client.sent.count(END) == 1


async def test_edge_42_a_stream_that_is_ended_and_cancelled_stays_cancelled(served, client, gate):
    app, prefix = served
    gate.opened.set()
    async with asyncio.timeout(60), app.router.lifespan_context(app):
        serving = client.request(app, f"{prefix}/endless")
        await client.beat.wait()
        app.draining.end_streams()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
    assert END not in client.sent
