import asyncio
from typing import Annotated, Protocol

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket

from ftf.container import AsyncDependencyError, Container
from ftf.http import FastTrackFramework, Inject, Injected, NoRequestScopeError, Router


class Greeter(Protocol):
    def greet(self) -> str: ...


class Session: ...


class Polite:
    def __init__(self, session: Session) -> None:
        self.session = session

    def greet(self) -> str:
        return "good day"


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.register(Session, scope="scoped")
    app.register(Greeter, Polite)
    return app


async def test_edge_17_a_plain_handler_gets_services_that_had_to_be_awaited(app, serve):
    class Loaded: ...

    async def load() -> Loaded:
        await asyncio.sleep(0)
        return Loaded()

    app.register(Loaded, load)

    @app.get("/")
    def show(loaded: Injected[Loaded]) -> str:
        return type(loaded).__name__

    async with serve(app) as client:
        assert (await client.get("/")).json() == "Loaded"


async def test_edge_17_a_plain_handler_cannot_resolve_what_has_to_be_awaited(app, serve):
    class Loaded: ...

    async def load() -> Loaded: ...

    app.register(Loaded, load)

    @app.get("/")
    def show(container: Injected[Container]) -> None:
        with pytest.raises(AsyncDependencyError, match="Loaded has to be awaited"):
            container.resolve(Loaded)

    async with serve(app) as client:
        assert (await client.get("/")).status_code == 200


async def test_edge_18_many_plain_handlers_at_once_do_not_block_each_other(app, serve):
    @app.get("/")
    def show(greeter: Injected[Greeter]) -> str:
        return greeter.greet()

    async with serve(app) as client:
        answers = await asyncio.gather(*(client.get("/") for _ in range(100)))
    assert {answer.json() for answer in answers} == {"good day"}


async def test_edge_20_every_form_injects(app, serve):
    @app.get("/default")
    def default(greeter: Greeter = Inject(Greeter)) -> str:
        return greeter.greet()

    @app.get("/generic")
    async def generic(greeter: Injected[Greeter]) -> str:
        return greeter.greet()

    @app.get("/annotated")
    async def annotated(greeter: Annotated[Greeter, Inject(Greeter)]) -> str:
        return greeter.greet()

    async with serve(app) as client:
        for path in ("/default", "/generic", "/annotated"):
            assert (await client.get(path)).json() == "good day"


async def test_edge_21_dependencies_of_dependencies_are_injected(app, serve):
    async def loud(greeter: Injected[Greeter]) -> str:
        return greeter.greet().upper()

    @app.get("/")
    async def show(greeting: Annotated[str, Depends(loud)]) -> str:
        return greeting

    async with serve(app) as client:
        assert (await client.get("/")).json() == "GOOD DAY"


async def test_edge_22_router_dependencies_are_injected(app, serve):
    seen = []

    async def look(session: Injected[Session]) -> None:
        seen.append(session)

    router = APIRouter(dependencies=[Depends(look)])

    @router.get("/")
    async def show(session: Injected[Session]) -> bool:
        return seen == [session]

    app.include_router(router)
    async with serve(app) as client:
        assert (await client.get("/")).json() is True


@pytest.mark.parametrize("router_class", [Router, APIRouter])
async def test_edge_23_a_request_shares_what_is_scoped_and_not_what_is_transient(
    app, serve, router_class
):
    router = router_class()

    @router.get("/")
    async def show(one: Injected[Greeter], two: Injected[Greeter]) -> list[bool]:
        return [one is two, one.session is two.session]

    app.include_router(router)
    async with serve(app) as client:
        assert (await client.get("/")).json() == [False, True]


async def test_a_websocket_is_injected(app, talk):
    @app.websocket("/ws")
    async def chat(socket: WebSocket, greeter: Injected[Greeter]) -> None:
        await socket.accept()
        await socket.send_text(greeter.greet())

    sent = await talk(app, "/ws")
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.send"]
    assert sent[1]["text"] == "good day"


async def test_without_a_request_scope_the_remedy_is_named(talk):
    app = FastAPI()

    @app.websocket("/ws")
    async def chat(socket: WebSocket, greeter: Injected[Greeter]) -> None: ...

    with pytest.raises(NoRequestScopeError, match="The request for /ws has no container scope") as (
        caught
    ):
        await talk(app, "/ws")
    assert str(caught.value) == (
        "The request for /ws has no container scope to inject services from.\n"
        "Use FastTrackFramework as the application, or wrap yours: "
        "`app.add_middleware(ScopeMiddleware, container=container)`."
    )
