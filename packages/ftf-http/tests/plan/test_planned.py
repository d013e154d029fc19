"""Plans are made at the first request of a route, for each of its inclusions."""

import functools
import gc
import logging
import weakref
from contextlib import AsyncExitStack
from typing import Annotated

import anyio
import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response, routing
from fastapi.responses import PlainTextResponse
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
from ftf.http.plan import _plan  # noqa: PLC2701  # the subject
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


async def test_path_19_a_plan_is_made_at_the_first_request(serve, monkeypatch, caplog):
    made = []

    class Noting(_plan.Plan):
        def __init__(self, facts, *args: object) -> None:
            made.append(facts.path)
            super().__init__(facts, *args)

    monkeypatch.setattr("ftf.http.plan._planned.Plan", Noting)
    app = FastTrackFramework()
    for number in range(1_000):
        app.get(f"/{number}")(lambda: 1)
    with caplog.at_level(logging.DEBUG, "ftf.http"):
        async with serve(app) as client:
            assert made == []
            for _ in range(3):
                assert (await client.get("/3")).json() == 1
    assert made == ["/3"]
    assert "/3 is served by a compiled plan" in caplog.messages


async def test_a_route_without_a_plan_is_logged(serve, caplog):
    app = FastTrackFramework()

    async def opened():
        yield 1

    @app.get("/", dependencies=[Depends(opened)])
    async def show() -> int:
        return 1

    with caplog.at_level(logging.DEBUG, "ftf.http"):
        async with serve(app) as client:
            assert (await client.get("/")).json() == 1
    assert "/ is served by FastAPI: the dependency opened has `yield`" in caplog.messages


async def test_path_19_the_plan_of_a_removed_route_is_freed(serve, monkeypatch):
    plans = []

    class Referred(_plan.Plan):
        def __init__(self, *args: object) -> None:
            plans.append(weakref.ref(self))
            super().__init__(*args)

    monkeypatch.setattr("ftf.http.plan._planned.Plan", Referred)
    app = FastTrackFramework()

    @app.get("/")
    async def show(greeter: Injected[Greeter], number: int = 1) -> int:
        return number

    app.register(Greeter)
    async with serve(app) as client:
        assert (await client.get("/")).json() == 1
        assert plans[0]() is not None
        app.router.routes[:] = [route for route in app.routes if route.path != "/"]
        assert (await client.get("/")).status_code == 404
    gc.collect()
    assert [plan() for plan in plans] == [None]


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


@pytest.mark.parametrize("annotation", [str, Response])
@pytest.mark.parametrize("raised", [OSError("gone"), HTTPException(418)])
async def test_path_18_an_error_of_the_channel_is_raised_like_starlette_does(raised, annotation):
    outcomes = []
    for app in (FastAPI(), FastTrackFramework(problem_details=False)):

        @app.get("/")
        async def show() -> annotation:
            return PlainTextResponse("shown") if annotation is Response else "shown"

        async def send(message) -> None:
            raise raised

        async def receive() -> dict[str, object]:
            return {"type": "http.request"}

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        with pytest.raises(
            (OSError, RuntimeError), match=r"gone|response already started"
        ) as caught:
            await app(scope, receive, send)
        outcomes.append((type(caught.value), str(caught.value)))
    assert outcomes[0] == outcomes[1]


async def test_path_18_a_cancelled_request_ends_where_it_waits():
    app, ended = FastTrackFramework(), []

    async def waiting() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("dependency")

    @app.get("/dependency", dependencies=[Depends(waiting)])
    async def show() -> None: ...

    @app.get("/handler")
    async def wait() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("handler")

    @app.post("/body")
    async def post(body: dict[str, int]) -> None: ...

    async def never() -> dict[str, object]:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("body")
        raise AssertionError

    async def send(_) -> None:
        raise AssertionError

    for method, path in (("GET", "/dependency"), ("GET", "/handler"), ("POST", "/body")):
        scope = {"type": "http", "method": method, "path": path, "query_string": b""}
        with anyio.move_on_after(0.01) as cancelled:
            await app(scope | {"headers": [(b"content-type", b"application/json")]}, never, send)
        assert cancelled.cancelled_caught
    assert ended == ["dependency", "handler", "body"]


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
