"""Websockets and event streams: refused before they open, and ended with their credential."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import trio
from auth_people import HeaderGuard, Person, guarded
from auth_sockets import connect
from fastapi import APIRouter, WebSocket
from fastapi.responses import StreamingResponse

from ftf.http.auth import Access, Clock, CurrentUser, Identity, LiveConnections, public
from ftf.http.auth.connections._options import (  # noqa: PLC2701  # as AuthProvider registers it
    ConnectionOptions,
)
from ftf.http.security import SecurityOptions

NOW = datetime(2030, 1, 1, tzinfo=UTC)
IN = (b"x-short", b"0")
DENIAL = {"extensions": {"websocket.http.response": {}}}


class Stopped(Clock):
    def time(self) -> float:
        return NOW.timestamp()


class ShortGuard(HeaderGuard):
    """`X-Short: 0` is a credential that ends as soon as the handler waits; empty, it does not."""

    header = "x-short"

    async def authenticate(self, connection) -> Identity | None:
        left = connection.headers.get("x-short")
        if left is None:
            return None
        end = NOW + timedelta(seconds=float(left)) if left else None
        return Identity(subject="7", guard="", session_id="s1", expires_at=end)


@pytest.fixture
def app():
    app = guarded(closed=True)
    app.register(Clock, Stopped, scope="singleton")
    app.add_guard("short", ShortGuard)
    return app


def chatting(app, done: list[str], opened: asyncio.Event | None = None):
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        if opened:
            opened.set()
        try:
            await socket.receive()
        finally:
            done.append("left")

    app.websocket("/socket")(chat)
    return chat


async def test_edge_s90_a_websocket_is_refused_before_it_is_accepted(app):
    done: list[str] = []
    chat = chatting(app, done)
    inner, outer = APIRouter(), APIRouter()
    inner.websocket("/deep", dependencies=[Access(scopes=["a"])])(chat)
    outer.include_router(inner)
    app.include_router(outer)
    async with app.router.lifespan_context(app):
        assert await connect(app) == [("websocket.close", 4401)]
        assert await connect(app, "/socket", (b"x-user", b"bad")) == [("websocket.close", 4401)]
        assert await connect(app, "/deep", (b"x-user", b"7 b")) == [("websocket.close", 4403)]
        refused = await connect(app, "/socket", **DENIAL)
        assert refused[0] == ("websocket.http.response.start", 401)
        assert (await connect(app, "/deep", (b"x-user", b"7 b"), **DENIAL))[0][1] == 403
        assert await connect(app, "/nowhere") == [("websocket.close", 1000)]
        for path in ("/socket", "/deep"):
            accepted = await connect(app, path, (b"x-user", b"7 a"), waits=False)
            assert accepted[0] == ("websocket.accept", None)
    assert done == ["left", "left"]


async def test_edge_s90_a_socket_of_another_site_is_refused_and_a_token_in_its_query_ignored():
    app = guarded(closed=True, security=SecurityOptions())
    chatting(app, [])
    cookie = (b"x-cookie", b"7"), (b"cookie", b"a=1"), (b"host", b"api.example")
    async with app.router.lifespan_context(app):
        foreign = await connect(app, "/socket", *cookie, (b"origin", b"https://evil.example"))
        assert foreign[0][0] == "websocket.close"
        query = {"query_string": b"access_token=7&x-user=7"}
        assert await connect(app, **query) == [("websocket.close", 4401)]
        own = await connect(
            app, "/socket", *cookie, (b"origin", b"http://api.example"), waits=False
        )
        assert own[0] == ("websocket.accept", None)


async def test_edge_s91_a_websocket_ends_with_its_credential(app):
    done: list[str] = []
    chatting(app, done)
    async with app.router.lifespan_context(app):
        assert await connect(app, "/socket", IN) == [
            ("websocket.accept", None),
            ("websocket.close", 4401),
        ]
        assert done == ["left"]
        assert len(app.container.resolve(LiveConnections)) == 0


@pytest.mark.parametrize("session", [None, "s1"])
async def test_edge_s91_a_websocket_ends_with_the_revocation_of_its_login(app, session):
    done: list[str] = []
    opened = asyncio.Event()
    chatting(app, done, opened)
    async with app.router.lifespan_context(app):
        live = app.container.resolve(LiveConnections)
        open_one = asyncio.create_task(connect(app, "/socket", (b"x-short", b"")))
        await opened.wait()
        live.end("8")
        live.end("7", "s2")
        await asyncio.sleep(0)
        assert len(live) == 1
        live.end("7", session)
        assert await open_one == [("websocket.accept", None), ("websocket.close", 4401)]
    assert done == ["left"]


async def test_edge_s91_nothing_is_left_of_a_client_that_has_gone(app):
    chatting(app, [])
    async with app.router.lifespan_context(app):
        sent = await connect(app, "/socket", (b"x-short", b"600"), waits=False)
        assert sent[0] == ("websocket.accept", None)
        assert ("websocket.close", 4401) not in sent
        assert len(app.container.resolve(LiveConnections)) == 0


async def test_a_time_limit_of_the_handler_is_its_own(app):
    @app.websocket("/socket")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        raise TimeoutError("of the handler")

    async with app.router.lifespan_context(app):
        with pytest.raises(TimeoutError, match="of the handler"):
            await connect(app, "/socket", (b"x-short", b"600"))


async def test_a_socket_that_has_closed_itself_is_not_closed_again(app):
    @app.websocket("/socket")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close(1000)
        await asyncio.Event().wait()

    async with app.router.lifespan_context(app):
        assert await connect(app, "/socket", IN) == [
            ("websocket.accept", None),
            ("websocket.close", 1000),
        ]


@pytest.mark.parametrize("begun", [True, False])
async def test_edge_s91_an_event_stream_ends_with_its_credential(app, begun):
    @app.get("/events", response_class=StreamingResponse)
    async def events(user: CurrentUser[Person]) -> StreamingResponse:
        async def parts():
            if begun:
                yield b"data: 1\n\n"
            await asyncio.Event().wait()

        return StreamingResponse(parts(), media_type="text/event-stream")

    async with app.router.lifespan_context(app):
        for _ in range(3):
            sent: list[dict[str, object]] = []

            async def receive():
                await asyncio.Event().wait()

            async def send(message, sent=sent):
                sent.append(message)

            scope = {"type": "http", "method": "GET", "path": "/events", "query_string": b""}
            scope |= {"headers": [IN], "scheme": "http", "root_path": "", "http_version": "1.1"}
            await app(scope, receive, send)
            assert sent[0]["status"] == 200
            assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
            assert len(sent) == (3 if begun else 2)


async def holds() -> bool:
    return True


@pytest.mark.parametrize("ends", ["by itself", "at once", "by a check"])
def test_edge_s91_a_websocket_ends_on_trio_too(ends):
    live = LiveConnections(Stopped(), ConnectionOptions(timedelta(0)))
    sent: list[str] = []

    async def holds() -> bool:
        return ends != "by a check"

    async def wait(scope, receive, send):
        await send({"type": "websocket.accept"})
        if ends == "at once":
            live.end("7")
        await trio.sleep_forever()

    async def send(message):
        sent.append(message["type"])

    async def serve():
        end = NOW + timedelta(seconds=0 if ends == "by itself" else 600)
        identity = Identity(subject="7", guard="", expires_at=end)
        await live.serve(identity, holds, wait, {"type": "websocket"}, trio.sleep_forever, send)

    trio.run(serve)
    assert sent == ["websocket.accept", "websocket.close"]
    assert len(live) == 0


async def test_a_response_that_is_complete_is_not_completed_again():
    live = LiveConnections(Stopped())
    sent: list[dict[str, object]] = []

    async def answer(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"all"})
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    identity = Identity(subject="7", guard="", expires_at=NOW)
    await live.serve(identity, holds, answer, {"type": "http"}, asyncio.Event().wait, send)
    assert len(sent) == 2


async def test_an_open_websocket_has_no_timer(app):
    @app.websocket("/open")
    @public
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        assert len(app.container.resolve(LiveConnections)) == 0
        await socket.close()

    @app.websocket("/maybe")
    @public
    async def maybe(socket: WebSocket, user: CurrentUser[Person | None]) -> None:
        await socket.accept()
        await socket.close(3000 if user is None else 3001)

    async with app.router.lifespan_context(app):
        assert (await connect(app, "/open"))[-1][0] == "websocket.close"
        assert (await connect(app, "/maybe"))[-1] == ("websocket.close", 3000)
        assert (await connect(app, "/maybe", (b"x-user", b"7")))[-1] == ("websocket.close", 3001)
