"""`Request` and `HTTPConnection` as services of a request."""

import asyncio
from typing import Annotated

import pytest
from fastapi import FastAPI, Request, WebSocket
from starlette.requests import HTTPConnection

from ftf.container import Container
from ftf.http import FastTrackFramework, Inject, Injected, NoRequestError, ScopeMiddleware


@pytest.mark.parametrize("app", [FastTrackFramework(), FastAPI()], ids=["ours", "plain"])
async def test_services_and_handlers_read_the_same_body(serve, app):
    class Signed:
        def __init__(self, body: bytes) -> None:
            self.body = body

    async def sign(request: Request) -> Signed:
        return Signed(await request.body())

    container = app.container if isinstance(app, FastTrackFramework) else Container()
    container.register(Signed, sign, scope="scoped")
    if not isinstance(app, FastTrackFramework):
        app.add_middleware(ScopeMiddleware, container=container)

    @app.post("/json")
    async def parsed(message: dict[str, int], signed: Injected[Signed]) -> str:
        return f"{message} {signed.body.decode()}"

    @app.post("/raw")
    async def raw(request: Request, signed: Injected[Signed]) -> bool:
        return await request.body() == signed.body

    async with asyncio.timeout(60), serve(app) as client:
        assert (await client.post("/json", json={"a": 1})).json() == "{'a': 1} {\"a\":1}"
        assert (await client.post("/raw", content=b"x")).json() is True


class Visitor:
    def __init__(self, request: Request, connection: HTTPConnection) -> None:
        self.name = request.headers.get("x-name", "")
        self.path = connection.url.path


class Listener:
    def __init__(self, connection: HTTPConnection) -> None:
        self.path = connection.url.path


async def test_a_service_can_ask_for_the_request(serve):
    app = FastTrackFramework()
    app.register(Visitor, scope="scoped")

    @app.get("/who")
    async def show(visitor: Injected[Visitor]) -> list[str]:
        return [visitor.name, visitor.path]

    async with serve(app) as client:
        answer = await client.get("/who", headers={"x-name": "Ada"})
    assert answer.json() == ["Ada", "/who"]


async def test_a_request_that_the_user_registers_wins(serve):
    class Mine(Request): ...

    def make(connection: HTTPConnection) -> Mine:
        return Mine(connection.scope)

    container = Container()
    container.register(Request, make, scope="scoped")
    app = FastTrackFramework(container=container)

    @app.get("/")
    async def show(request: Annotated[Request, Inject(Request)]) -> str:
        return type(request).__name__

    async with serve(app) as client:
        assert (await client.get("/")).json() == "Mine"


async def test_a_websocket_has_a_connection_and_no_request(talk):
    app = FastTrackFramework()

    @app.websocket("/ws")
    async def chat(socket: WebSocket, listener: Injected[Listener]) -> None:
        await socket.accept()
        await socket.send_text(listener.path)

    @app.websocket("/none")
    async def none(socket: WebSocket, visitor: Injected[Visitor]) -> None: ...

    assert (await talk(app, "/ws"))[1]["text"] == "/ws"
    with pytest.raises(NoRequestError, match="asked for Request"):
        await talk(app, "/none")


async def test_a_worker_has_neither_even_after_a_request(bare):
    app = FastTrackFramework()
    async with bare(app) as client:
        await client.get("/health")
    async with app.container.scoped_context() as scope:
        with pytest.raises(NoRequestError, match="asked for HTTPConnection") as caught:
            await scope.aresolve(Listener)
    assert caught.value.wanted == "HTTPConnection"
