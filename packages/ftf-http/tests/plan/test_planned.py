"""Plans are made at the first request of a route, for each of its inclusions."""

import functools
from contextlib import AsyncExitStack
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, routing
from fastapi.routing import APIRoute
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import HTTPConnection
from starlette.routing import Route as StarletteRoute
from ways import ways_of

from ftf.container import Container
from ftf.http import (
    Controller,
    FastTrackFramework,
    Injected,
    Router,
    RouteWay,
    ScopeMiddleware,
    get,
)
from ftf.http.plan._planned import PlannedApp  # noqa: PLC2701  # the subject


class Greeter:
    def greet(self) -> str:
        return "good day"


class Signed:
    """Asks for the request, as a service."""

    def __init__(self, request: Request) -> None:
        self.request = request


class Things(Controller):
    prefix = "/things"

    def __init__(self, greeter: Greeter) -> None:
        self.greeter = greeter

    @get("/{number}")
    async def show(self, number: int) -> str:
        return f"{self.greeter.greet()} {number}"


async def served(app, path: str, **scope: object) -> list[object]:
    """What an ASGI application sends: status and body."""
    sent: list[dict[str, object]] = []

    async def send(message) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    defaults = {"type": "http", "method": "GET", "headers": [], "query_string": b""}
    await app(defaults | {"path": path} | scope, receive, send)
    return [sent[0]["status"], sent[1]["body"]]


def contexts(app) -> list[object]:
    """The routes of an application as FastAPI serves them, one for each inclusion."""
    walk = getattr(routing, "iter_route_contexts", list)
    return [each for each in walk(app.routes) if getattr(each, "dependant", None)]


async def test_routes_of_applications_routers_and_controllers_have_plans(serve):
    app, router, plain = FastTrackFramework(), Router(), APIRouter()

    @app.get("/own")
    @router.get("/router")
    @plain.get("/plain")
    async def show(greeter: Injected[Greeter], q: int = 1) -> str:
        return f"{greeter.greet()} {q}"

    app.add_controller(Things)
    app.include_router(router)
    app.include_router(plain)
    app.add_route("/other", lambda _: None)
    app.add_api_websocket_route("/socket", show)
    left = ways_of(app)
    assert {left[path] for path in ("/own", "/router", "/things/{number}")} == {"compiled"}
    assert left["/plain"] in {"compiled", "its class is not `ftf.http.Route`"}
    assert left["/other"] == "it is not an API route of FastAPI"
    assert "/socket" not in left
    async with serve(app) as client:
        for path in ("/own", "/router", "/plain"):
            assert (await client.get(path, params={"q": 2})).json() == "good day 2"
        assert (await client.get("/things/3")).json() == "good day 3"


def test_a_way_is_public():
    app = FastTrackFramework(openapi_url=None)

    @app.get("/{number}")
    async def show(number: int) -> int: ...

    assert app.ways() == [RouteWay("/{number}", frozenset({"GET"}), "compiled")]


async def test_path_8_a_plan_has_the_guards_of_its_own_inclusion():
    async def refuse() -> None:
        raise HTTPException(403)

    app, inner, outer = FastTrackFramework(), APIRouter(), Router(dependencies=[Depends(refuse)])

    @inner.get("/{number}")
    async def show(number: int) -> int:
        return number

    outer.include_router(inner, prefix="/outer")
    app.include_router(inner, prefix="/open")
    app.include_router(inner, prefix="/closed", dependencies=[Depends(refuse)])
    app.include_router(outer)
    statuses = {}
    for context in contexts(app):
        planned = ExceptionMiddleware(PlannedApp.of(context))
        async with AsyncExitStack() as stack:
            kept = {"path_params": {"number": "3"}, "fastapi_middleware_astack": stack}
            statuses[context.path] = (await served(planned, "/", **kept))[0]
    opened, *closed = ("/open/{number}", "/closed/{number}", "/outer/{number}")
    assert statuses == {opened: 200, **dict.fromkeys(closed, 403)}


async def test_path_16_a_planned_inclusion_may_be_instrumented(monkeypatch):
    app, router = FastTrackFramework(), APIRouter()

    @router.get("/")
    async def show(request: Request) -> str:
        return "shown"

    original = routing.get_request_handler
    seen = []

    def get_request_handler(*args, **kwargs):
        handle = original(*args, **kwargs)

        async def wrapped(request: Request):
            seen.append(request.url.path)
            return await handle(request)

        return wrapped

    monkeypatch.setattr(routing, "get_request_handler", get_request_handler)
    app.include_router(router)
    (context,) = contexts(app)
    planned = PlannedApp.of(context)
    monkeypatch.setattr(routing, "get_request_handler", original)
    assert planned.way(None).way == "fastapi"
    async with AsyncExitStack() as stack:
        await served(planned, "/", fastapi_middleware_astack=stack)
    assert seen == ["/"]


@pytest.mark.parametrize("taken", [True, False])
async def test_path_17_a_service_that_takes_the_request_finds_what_fastapi_has(serve, taken):
    app = FastTrackFramework()
    app.register(Signed, scope="scoped")

    if taken:

        @app.post("/")
        async def show(signed: Injected[Signed], number: int = 1) -> list[object]:
            return [number, *sorted(name for name in signed.request.scope if "stack" in name)]

    else:

        @app.post("/")
        async def show(greeter: Injected[Greeter], request: HTTPConnection) -> list[object]:
            return [1, *sorted(name for name in request.scope if "stack" in name)]

    stacks = "fastapi_function_astack", "fastapi_inner_astack", "fastapi_middleware_astack"
    async with serve(app) as client:
        assert (await client.post("/")).json() == [1, *stacks]
    assert ways_of(app) == {"/": "compiled"}


async def test_a_router_of_a_plain_application_has_plans(serve):
    container = Container()
    container.register(Greeter)
    app, router = FastAPI(), Router()

    @router.get("/")
    async def show(greeter: Injected[Greeter]) -> str:
        return greeter.greet()

    app.router.routes += router.routes
    app.add_middleware(ScopeMiddleware, container=container)
    async with serve(app) as client:
        assert (await client.get("/")).json() == "good day"


async def test_a_wrapper_of_a_compiled_handler_is_called(serve):
    app = FastTrackFramework()

    @app.get("/")
    async def show(greeter: Injected[Greeter]) -> str:
        return greeter.greet()

    (route,) = [route for route in app.routes if getattr(route, "path", "") == "/"]

    @functools.wraps(route.endpoint)
    async def wrapped(**values: object) -> str:
        return f"{await route.endpoint(**values)}!"

    app.get("/wrapped")(wrapped)
    async with serve(app) as client:
        assert (await client.get("/wrapped")).json() == "good day!"


async def test_a_service_that_cannot_be_built_is_an_error(bare):
    class Missing:
        def __init__(self, number: int) -> None: ...

    app = FastTrackFramework()

    @app.get("/")
    async def show(missing: Injected[Missing]) -> None: ...

    async with bare(app) as client:
        assert (await client.get("/")).status_code == 500


def test_a_route_of_another_class_is_fastapi_s():
    app = FastTrackFramework(openapi_url=None)
    app.router.routes.append(APIRoute("/plain", lambda: 1))
    app.router.routes.append(StarletteRoute("/starlette", lambda _: None))
    assert ways_of(app) == {
        "/plain": "its class is not `ftf.http.Route`",
        "/starlette": "it is not an API route of FastAPI",
    }


async def test_an_annotated_handler_without_a_result_has_a_body(serve):
    app = FastTrackFramework()

    @app.get("/")
    async def show(q: Annotated[int, 1] = 1) -> None: ...

    async with serve(app) as client:
        assert (await client.get("/")).content == b"null"
