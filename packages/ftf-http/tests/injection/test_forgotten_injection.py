"""A service whose parameter lacks `Injected`: clients must not get to send it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, Query, Request, WebSocket
from fastapi.exceptions import DependencyScopeError, FastAPIError
from pydantic import BaseModel

from ftf.http import (
    Controller,
    FastTrackFramework,
    Injected,
    InvalidApplicationError,
    InvalidInjectionError,
    ReadServiceError,
    Router,
    UnreadableParameterError,
    get,
    post,
)


class Settings(BaseModel):
    origin: str = "ours"


@dataclass
class Clock:
    offset: int = 0


class Region(Enum):
    NORTH = "north"


class Mailer:
    def __init__(self, host: str) -> None: ...


BODY = Body()

type Configured = Settings | None


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.container.instance(Settings, Settings())
    app.container.instance(Region, Region.NORTH)
    app.container.instance(Annotated[str, "key"], "ours")
    app.register(Clock)
    return app


async def faults_of(app, serve) -> list[tuple[str, str, object]]:
    with pytest.raises(InvalidApplicationError, match="is read from the request") as caught:
        async with serve(app):
            pass
    faults = caught.value.injections
    assert all(isinstance(fault.error, ReadServiceError) for fault in faults)
    return [(fault.place, fault.parameter, fault.error.key) for fault in faults]


async def test_the_start_is_refused_and_names_route_parameter_and_remedy(app, serve):
    @app.post("/x")
    async def x(settings: Settings) -> bool: ...

    with pytest.raises(InvalidApplicationError, match="cannot start: 1 of its services") as caught:
        async with serve(app):
            pass
    assert "POST /x, parameter 'settings':\nSettings is a registered service" in str(caught.value)
    assert "Write `Injected[Settings]`" in str(caught.value)
    assert caught.value.injections[0].error.key is Settings


async def test_every_kind_of_route_and_of_parameter_is_looked_at(app, serve):
    def nested(clock: Clock) -> None: ...

    class Things(Controller):
        @get("/things")
        async def index(self, settings: Settings) -> None: ...

    @app.get("/both")
    async def both(number: int, region: Region, clock: "Clock", mail: Injected[Clock]) -> None: ...

    @app.get("/qualified")
    async def qualified(key: Annotated[str, "key"]) -> None: ...

    @app.post("/optional")
    async def optional(settings: Settings | None = None, alias: Configured = None) -> None: ...

    @app.post("/described")
    async def described(settings: Annotated[Settings, "what is set"]) -> None: ...

    @app.get("/nested", dependencies=[Depends(nested)])
    async def below() -> None: ...

    @app.websocket("/socket")
    async def socket(socket: WebSocket, clock: Clock) -> None: ...

    foreign, mounted = APIRouter(), FastAPI()

    @foreign.get("/foreign")
    @mounted.get("/mounted")
    async def plain(clock: Clock) -> None: ...

    router = Router()
    router.include_router(foreign, prefix="/a")
    app.include_router(router, prefix="/b")
    app.mount("/c", mounted)
    app.add_controller(Things)
    assert await faults_of(app, serve) == [
        ("GET /both", "region", Region),
        ("GET /both", "clock", Clock),
        ("GET /qualified", "key", Annotated[str, "key"]),
        ("POST /optional", "settings", Settings),
        ("POST /optional", "alias", Settings),
        ("POST /described", "settings", Settings),
        ("GET /nested", "clock", Clock),
        ("WEBSOCKET /socket", "clock", Clock),
        ("GET /b/a/foreign", "clock", Clock),
        ("GET /things", "settings", Settings),
        ("GET /c/mounted", "clock", Clock),
    ]


def late_routes_are_included() -> bool:
    """Return whether FastAPI serves routes that are added to an included router; older has not."""
    app, router = FastAPI(), APIRouter()
    app.include_router(router)
    router.get("/late")(lambda: None)
    return "/late" in app.openapi()["paths"]


ADDED = ["route", "socket", "router", "controller"]


@pytest.mark.parametrize("adds", [*ADDED, *(["included"] if late_routes_are_included() else [])])
async def test_a_route_that_the_lifespan_adds_is_looked_at(serve, adds):
    class Things(Controller):
        @get("/late")
        async def index(self, clock: Clock) -> None: ...

    async def late(clock: Clock) -> None: ...

    async def late_socket(websocket: WebSocket, clock: Clock) -> None: ...

    included, ended = APIRouter(), []

    @asynccontextmanager
    async def lifespan(app: FastTrackFramework) -> AsyncIterator[None]:
        if adds == "route":
            app.get("/late")(late)
        elif adds == "socket":
            app.websocket("/late")(late_socket)
        elif adds == "controller":
            app.add_controller(Things)
        else:
            included.get("/late")(late)
        if adds == "router":
            app.include_router(included)
        yield
        ended.append(adds)

    app = FastTrackFramework(lifespan=lifespan)
    app.register(Clock)
    if adds == "included":
        app.include_router(included)
    expected = "WEBSOCKET /late" if adds == "socket" else "GET /late"
    assert await faults_of(app, serve) == [(expected, "clock", Clock)]
    assert ended == []


async def test_what_says_where_it_is_read_from_or_is_no_service_stays(app, serve):
    class Order(BaseModel):
        amount: int

    app.register(str, lambda: "a value, not a service")

    @app.post("/body")
    async def body(sent: Annotated[Settings, Body()], also: Settings = BODY) -> list[str]:
        return [sent.origin, also.origin]

    @app.get("/query")
    async def query(sent: Annotated[Settings, Query()], text: str, odd: Annotated[int, {}]) -> None:
        """Whatever is registered for `str`, a text is what clients send."""

    @app.post("/order/{region}")
    async def order(order: Order, region: Region, injected: Injected[Settings]) -> str:
        return injected.origin

    async with serve(app) as client:
        answer = await client.post("/body", json={"sent": {"origin": "a"}, "also": {"origin": "b"}})
        assert answer.json() == ["a", "b"]
        assert (await client.post("/order/north", json={"amount": 1})).json() == "ours"


@pytest.mark.parametrize("kind", [FastTrackFramework, Router])
def test_a_class_that_fastapi_cannot_read_is_named_with_the_remedy(kind):
    served = kind()

    async def wanted(request: Request, mailer: Mailer) -> None: ...

    def needing(_: Annotated[None, Depends(wanted)]) -> None: ...

    async def show(request: Request, number: int, mailer: Mailer) -> None: ...

    async def socket(socket: WebSocket) -> None: ...

    declarations = [
        (show, lambda: served.get("/{number}")(show)),
        (wanted, lambda: served.get("/")(needing)),
        (wanted, lambda: served.websocket("/ws", dependencies=[Depends(needing)])(socket)),
    ]
    for function, declare in declarations:
        with pytest.raises(UnreadableParameterError, match="Parameter 'mailer' of") as caught:
            declare()
        assert caught.value.function is function
        assert isinstance(caught.value, FastAPIError)
        assert isinstance(caught.value, InvalidInjectionError)
        assert "If it is a service, write `mailer: Injected[...]`." in str(caught.value)


def test_a_controller_is_named_alike():
    class Mails(Controller):
        @post("/mails")
        async def send(self, mailer: Mailer, sent: int = 1) -> None: ...

    with pytest.raises(UnreadableParameterError, match=r"Mails\.send is neither injected"):
        FastTrackFramework().add_controller(Mails)


def test_what_is_not_about_a_parameter_stays_as_fastapi_says_it():
    async def show(text, number: int) -> Mailer: ...

    with pytest.raises(FastAPIError, match="valid Pydantic field type") as caught:
        FastTrackFramework().get("/")(show)
    assert type(caught.value) is FastAPIError


def test_an_error_of_fastapi_s_that_says_what_is_wrong_comes_first():
    def ending_early(): ...

    def ending_late(_: Annotated[None, Depends(ending_early, scope="function")]):
        yield

    async def show(_: Annotated[None, Depends(ending_late, scope="request")], mailer: Mailer): ...

    with pytest.raises(DependencyScopeError, match="cannot depend on"):
        FastTrackFramework().get("/")(show)
