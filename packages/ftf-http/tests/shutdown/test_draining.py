"""From the signal to stop to the end of the open streams, in one process."""

import asyncio
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.responses import StreamingResponse

from ftf.http import Draining, FastTrackFramework, Injected

SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}


@pytest.fixture
def told():
    """The signals that a server was told of, by its own handler."""
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    yield told
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def app():
    app = FastTrackFramework()

    @app.get("/")
    async def events(draining: Injected[Draining]) -> StreamingResponse:
        async def beats() -> AsyncIterator[str]:
            yield "data: beat\n\n"
            await asyncio.Event().wait()

        return StreamingResponse(beats(), media_type="text/event-stream")

    return app


async def silent() -> dict[str, object]:
    return await asyncio.Event().wait()


async def test_edge_42_an_open_event_stream_ends_cleanly_when_the_application_stops(app, told):
    beat, sent = asyncio.Event(), []

    async def send(message) -> None:
        sent.append(message)
        if message.get("body"):
            beat.set()

    async with app.router.lifespan_context(app):
        serving = asyncio.create_task(app(dict(SCOPE), silent, send))
        await beat.wait()
        signal.raise_signal(signal.SIGTERM)
        assert app.draining.begun
        await serving
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert told == [signal.SIGTERM]


async def test_edge_42_a_response_beside_a_stream_does_not_complete_it(app, told):
    beat, sent = asyncio.Event(), []

    async def send(message) -> None:
        sent.append(message)
        beat.set()

    async def ignore(message) -> None: ...

    async with app.router.lifespan_context(app):
        serving = asyncio.create_task(app(dict(SCOPE), silent, send))
        await beat.wait()
        await app({**SCOPE, "path": "/health"}, silent, ignore)
        app.draining.end_streams()
        await serving
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_edge_42_readiness_fails_before_the_server_is_told(told):
    app = FastTrackFramework(shutdown_delay=0.05)
    async with app.router.lifespan_context(app):
        signal.raise_signal(signal.SIGTERM)
        assert app.draining.begun
        assert told == []
        await app.draining.wait()
        assert told == [signal.SIGTERM]


async def test_a_second_signal_does_not_wait(told):
    app = FastTrackFramework(shutdown_delay=3600)
    async with app.router.lifespan_context(app):
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        await app.draining.wait()
    assert told == [signal.SIGTERM]


async def test_the_server_is_told_of_the_second_signal_once(told):
    app = FastTrackFramework()
    async with app.router.lifespan_context(app):
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        for _ in range(5):
            await asyncio.sleep(0)
        assert told == [signal.SIGTERM]


async def test_the_server_gets_its_handler_back(app, told):
    before = signal.getsignal(signal.SIGTERM)
    async with app.router.lifespan_context(app):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


async def test_a_handler_that_came_later_stays(app, told):
    def later(number, frame) -> None: ...

    async with app.router.lifespan_context(app):
        signal.signal(signal.SIGTERM, later)
    assert signal.getsignal(signal.SIGTERM) is later


async def test_where_no_server_listens_signals_keep_their_meaning(app):
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    async with app.router.lifespan_context(app):
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGINT) is not signal.SIG_DFL


def test_an_application_in_another_thread_leaves_signals_alone(app, told):
    async def start() -> object:
        async with app.router.lifespan_context(app):
            return signal.getsignal(signal.SIGTERM)

    with ThreadPoolExecutor(1) as threads:
        during = threads.submit(asyncio.run, start()).result()
    assert during is signal.getsignal(signal.SIGTERM)


async def test_a_cancelled_stream_stays_cancelled(app):
    beat = asyncio.Event()

    async def send(message) -> None:
        if message.get("body"):
            beat.set()

    serving = asyncio.create_task(app(dict(SCOPE), silent, send))
    await beat.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert not app.draining.streams


async def test_a_mounted_application_stops_with_the_outer_one(app, told):
    outer = FastTrackFramework(shutdown_delay=0.05)
    outer.mount("/inner", app)
    app.draining.delay = 3600
    async with outer.router.lifespan_context(outer):
        signal.raise_signal(signal.SIGTERM)
        assert (outer.draining.begun, app.draining.begun, told) == (True, True, [])
        await app.draining.wait()
        assert told == [signal.SIGTERM]


async def test_edge_31_an_application_that_was_mounted_can_be_started_alone(app, told):
    outer = FastTrackFramework()
    outer.mount("/inner", app)
    async with outer.router.lifespan_context(outer):
        pass
    async with app.router.lifespan_context(app):
        signal.raise_signal(signal.SIGTERM)
        assert app.draining.begun
        await app.draining.wait()
    assert told == [signal.SIGTERM]


async def test_an_application_that_stops_without_a_signal_wakes_who_waits_for_its_end(app):
    async with app.router.lifespan_context(app):
        waiting = asyncio.create_task(app.draining.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
    async with asyncio.timeout(60):
        await waiting
