"""What keeps an application from starting, all of it in one report."""

from typing import Annotated, Protocol

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from fastapi.responses import PlainTextResponse
from starlette.routing import Host

from ftf.container import Container, GraphError
from ftf.http import (
    Controller,
    FastTrackFramework,
    Injected,
    InvalidApplicationError,
    Router,
    ScopeMiddleware,
    get,
)


class Mailer(Protocol):
    def send(self) -> None: ...


class Clock(Protocol):
    def now(self) -> float: ...


class Report:
    def __init__(self, title: str) -> None: ...


@pytest.fixture
def app():
    return FastTrackFramework()


async def report_of(app, serve) -> InvalidApplicationError:
    with pytest.raises(InvalidApplicationError, match="The application cannot start") as caught:
        async with serve(app):
            pass
    return caught.value


async def test_edge_26_a_missing_binding_is_found_at_start_with_route_parameter_and_fix(app, serve):
    @app.post("/mails/{number}")
    async def send(number: int, mailer: Injected[Mailer]) -> None: ...

    (fault,) = (report := await report_of(app, serve)).injections
    assert (fault.place, fault.parameter, fault.error.key) == (
        "POST /mails/{number}",
        "mailer",
        Mailer,
    )
    assert "POST /mails/{number}, parameter 'mailer':\n" in str(report)
    assert "Nothing is registered for Mailer, and it is abstract." in str(report)
    assert "Register it: `container.register(Mailer, ...)`." in str(report)


async def test_edge_26_every_fault_is_in_the_report(app, serve):
    async def stamped(clock: Injected[Clock]) -> None: ...

    class Mails(Controller):
        def __init__(self, mailer: Mailer) -> None: ...

        @get("/mails")
        async def index(self) -> None: ...

    @app.get("/both")
    async def both(mailer: Injected[Mailer], clock: Injected[Clock]) -> None: ...

    @app.get("/nested")
    async def nested(_: Annotated[None, Depends(stamped)]) -> None: ...

    @app.websocket("/ws")
    async def chat(socket: WebSocket, mailer: Injected[Mailer]) -> None: ...

    router, inner = Router(prefix="/outer"), APIRouter(dependencies=[Depends(stamped)])

    @inner.get("/inner")
    async def included() -> None: ...

    router.include_router(inner)
    app.include_router(router, prefix="/api")
    app.include_router(APIRouter(), dependencies=[Depends(stamped)])
    app.add_controller(Mails)
    app.register(Report)
    report = await report_of(app, serve)
    assert [(fault.place, fault.parameter) for fault in report.injections] == [
        ("GET /both", "mailer"),
        ("GET /both", "clock"),
        ("GET /nested", "clock"),
        ("WEBSOCKET /ws", "mailer"),
        ("GET /api/outer/inner", "clock"),
        ("GET /mails", "self"),
    ]
    assert "Report" in str(report.registered[-1])
    assert isinstance(report, GraphError)


async def test_edge_31_what_is_mounted_without_a_container_is_checked_too(app, serve):
    plain, scoped, own = FastAPI(), FastAPI(), FastTrackFramework()
    mailers = Container()
    mailers.register(Mailer, object)
    own.register(Mailer, object)
    scoped.add_middleware(ScopeMiddleware, container=mailers)
    for path, inner in {"/plain": plain, "/scoped": scoped, "/own": own}.items():

        @inner.get("/mails")
        async def index(mailer: Injected[Mailer]) -> None: ...

        app.mount(path, inner)
    (fault,) = (await report_of(app, serve)).injections
    assert (fault.place, fault.parameter) == ("GET /plain/mails", "mailer")


async def test_edge_31_what_is_mounted_may_be_anything(app, serve):
    class Foreign:
        app = routes = property(lambda self: self.handle)

        async def handle(self, scope, receive, send) -> None:
            await PlainTextResponse("foreign")(scope, receive, send)

        __call__ = handle

    app.mount("/foreign", Foreign())
    app.router.routes.append(Host("plain.example", FastAPI()))
    async with serve(app) as client:
        assert (await client.get("/foreign/")).text == "foreign"


async def test_a_registered_service_that_cannot_be_built_stops_the_start(app, serve):
    app.register(Report)
    report = await report_of(app, serve)
    assert report.injections == ()
    assert "title: str" in str(report)


async def test_a_middleware_s_missing_service_is_found_at_start(app, serve):
    class Stamp:
        def __init__(self, app, clock: Clock) -> None: ...

    app.add_middleware(Stamp)
    (fault,) = (await report_of(app, serve)).injections
    assert (fault.place, fault.parameter) == ("Middleware Stamp", "clock")


async def test_an_optional_service_may_be_missing_but_not_broken(app, serve):
    app.register(Report)

    @app.get("/")
    async def show(mailer: Injected[Mailer | None], report: Injected[Report | None]) -> None: ...

    @app.get("/either")
    async def either(one: Injected[Mailer | Clock]) -> None: ...

    faults = (await report_of(app, serve)).injections
    assert [fault.parameter for fault in faults] == ["report", "one"]
