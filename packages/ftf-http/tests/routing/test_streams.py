"""Handlers that yield: server-sent events and lines of JSON, where FastAPI has them."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

import pytest

from ftf.http import Controller, FastTrackFramework, Injected, get

sse = pytest.importorskip("fastapi.sse", reason="this FastAPI has no streams that are yielded")


class Session:
    def __init__(self) -> None:
        self.open = True


@pytest.fixture
def app(log):
    async def open_session() -> AsyncIterator[Session]:
        session = Session()
        try:
            yield session
        finally:
            session.open = False
            log.append("closed")

    app = FastTrackFramework()
    app.register(Session, open_session, scope="scoped")
    return app


async def test_edge_8_events_and_lines_read_from_live_services(app, log, serve):
    @app.get("/events", response_class=sse.EventSourceResponse)
    async def events(session: Injected[Session]) -> AsyncIterable[bool]:
        for _ in range(2):
            await asyncio.sleep(0)
            yield session.open

    @app.get("/lines")
    async def lines(session: Injected[Session]) -> AsyncIterable[bool]:
        for _ in range(2):
            await asyncio.sleep(0)
            yield session.open

    @app.get("/plain")
    def plain(session: Injected[Session]) -> Iterable[bool]:
        yield session.open

    async with serve(app) as client:
        assert (await client.get("/events")).text == "data: true\n\n" * 2
        assert (await client.get("/lines")).text == "true\n" * 2
        assert (await client.get("/plain")).text == "true\n"
    assert log == ["closed"] * 3


async def test_edge_8_the_heartbeat_ends_with_the_stream(app, log):
    beat, before = asyncio.Event(), len(asyncio.all_tasks())

    @app.get("/", response_class=sse.EventSourceResponse)
    async def events(session: Injected[Session]) -> AsyncIterable[str]:
        yield "beat"
        await asyncio.Event().wait()

    async def receive() -> dict[str, object]:
        await beat.wait()
        return {"type": "http.disconnect"}

    async def send(message) -> None:
        if message.get("body"):
            beat.set()

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    assert log == ["closed"]
    assert len(asyncio.all_tasks()) == before


class Counter:
    count = 0


async def test_handlers_of_a_controller_may_yield(serve):
    class Lines(Controller):
        def __init__(self, counter: Counter) -> None:
            self.counter = counter

        @get("/lines")
        async def index(self, until: int, *, start: int = 0) -> AsyncIterator[int]:
            for number in range(start, until):
                self.counter.count += 1
                yield number + self.counter.count

        @get("/counted")
        def counted(self, other: Injected[Counter]) -> Iterator[bool]:
            yield other is self.counter

    app = FastTrackFramework()
    app.register(Counter, scope="scoped")
    app.add_controller(Lines)
    async with serve(app) as client:
        parameters = app.openapi()["paths"]["/lines"]["get"]["parameters"]
        assert [each["name"] for each in parameters] == ["until", "start"]
        assert (await client.get("/lines?until=3&start=1")).text.split() == ["2", "4"]
        assert (await client.get("/counted")).text.strip() == "true"
