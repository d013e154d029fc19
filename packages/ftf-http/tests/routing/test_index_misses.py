"""A 404, a 405, a redirect and a websocket are FastAPI's, and cost the same with more routes."""

import sys
from collections import Counter
from functools import cache

import pytest
from fastapi import APIRouter, FastAPI, Request, WebSocket
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from hypothesis import example, given, settings
from hypothesis import strategies as st
from routed import applications, ask, made, plain, same, show
from starlette.routing import Match, Route, Router, WebSocketRoute

from ftf.http import FastTrackFramework
from ftf.http.auth import public


def marks(scope) -> str:
    """Return what routing has left in a scope."""
    route = getattr(scope.get("route"), "path", None)
    endpoint = getattr(scope.get("endpoint"), "__name__", None)
    left = sorted(scope.get("fastapi") or ())
    return repr(
        (
            scope.get("path_params"),
            endpoint,
            route,
            left,
            getattr(scope["router"].routes[0], "path", None),
        )
    )


async def show_error(request: Request, error: Exception) -> PlainTextResponse:
    headers = getattr(error, "headers", None)
    return PlainTextResponse(marks(request.scope), error.status_code, headers)


def socket(name: str):
    async def handler(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(marks(websocket.scope))
        await websocket.close()

    handler.__name__ = name
    return handler


async def connect(app, path: str) -> list[object]:
    """Return what a websocket receives."""
    sent = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message) -> None:
        sent.append(message.get("text", message["type"]))

    scope = {"type": "websocket", "path": path, "headers": [], "query_string": b"", "scheme": "ws"}
    await app(scope, receive, send)
    return sent


async def same_for_sockets(build, *paths: str) -> None:
    apps = applications(build)
    for path in [*paths] * 3:
        expected, *others = [await connect(app, path) for app in apps]
        assert others == [expected] * len(others), path


def add_routes(app: FastAPI, number: int) -> None:
    """Add routes to an application and to routers in it, next to those that are asked for."""
    api = APIRouter()
    for each in range(number):
        app.get(f"/own{each}/{{x}}")(show("own"))
        app.websocket(f"/sockets{each}/{{x}}")(socket("own"))
        router = APIRouter(prefix=f"/router{each}")
        router.get("/items/{x}")(show("items"))
        router.get("/items/{x}/parts/")(show("parts"))
        router.put("/items/{x}")(show("put"))
        router.websocket("/live/{x}")(socket("live"))
        router.routes.append(WebSocketRoute("/plain", socket("plain")))
        api.include_router(router)
    app.include_router(api, prefix="/api")


@cache
def app_of(number: int, *, is_guarded: bool) -> FastTrackFramework:
    app = FastTrackFramework(dependencies=[public] if is_guarded else [])
    add_routes(app, number)
    if is_guarded:
        app.require_login()
    return app


async def calls(app, path: str, method: str) -> int:
    """Return how many functions a request calls; the first ones prepare what others need."""
    for _ in range(3):
        await (ask(app, path, method) if method != "WS" else connect(app, path))
    count: Counter[str] = Counter()
    sys.setprofile(lambda frame, event, _: count.update([event]) if event == "call" else None)
    try:
        await (ask(app, path, method) if method != "WS" else connect(app, path))
    finally:
        sys.setprofile(None)
    return count["call"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("GET", "/api/nowhere/at/all"),
        ("GET", "/api/router1/nowhere"),
        ("POST", "/own1/x"),
        ("POST", "/api/router1/items/x"),
        ("GET", "/own1/x/"),
        ("GET", "/api/router1/items/x/"),
        ("GET", "/api/router1/items/x/parts"),
        ("GET", "/health"),
        ("WS", "/sockets1/x"),
        ("WS", "/api/router1/live/x"),
        ("WS", "/api/router1/plain"),
        ("WS", "/nowhere"),
    ],
)
@pytest.mark.parametrize("is_guarded", [False, True])
async def test_what_no_route_serves_costs_the_same_for_any_number_of_routes(
    method, path, is_guarded
):
    found = [await calls(app_of(number, is_guarded=is_guarded), path, method) for number in (3, 30)]
    assert found[0] == found[1]


async def test_what_no_route_serves_is_answered_as_on_fastapi():
    def build(app, router):
        for status in (404, 405):
            app.add_exception_handler(status, show_error)
        add_routes(app, 2)

    paths = ["/", "/own1", "/own1/x", "/own1/x/", "/own1/x//", "//", "/own1/x\n/"]
    paths += ["/api/router1/items/x", "/api/router1/items/x/", "/api/router1/items/x/parts"]
    paths += ["/api/router1", "/api/", "/api/router1/live/x", "/sockets1/x"]
    await same(build, *((method, path) for path in paths for method in ("GET", "POST", "PUT")))
    await same_for_sockets(build, *paths, "/sockets1/x/", "/api/router1/plain")


async def test_a_websocket_may_be_given_to_another_application():
    def build(app, router):
        inner, own = Router([WebSocketRoute("/x", socket("inner"))]), router()

        @own.websocket("/x")
        async def given(websocket: WebSocket) -> None:
            await inner(websocket.scope, websocket.receive, websocket.send)

        app.include_router(own)
        app.get("/first")(show("first"))

    await same_for_sockets(build, "/x")


class Shouting(APIRoute):
    def matches(self, scope):
        return super().matches({**scope, "path": scope["path"].lower()})


async def test_a_route_that_matches_in_its_own_way_is_asked_about_every_path():
    def build(app, router):
        app.get("/first")(show("first"))
        own = router(route_class=Shouting)
        own.get("/own")(show("own"))
        own.post("/first")(show("second"))
        app.include_router(own, prefix="/api")
        app.router.routes.append(Own("/socket", socket("socket")))
        app.get("/api/OWN/")(show("last"))

    paths = ["/first", "/api/OWN", "/api/own/", "/api/FIRST", "/FIRST", "/SOCKET"]
    await same(build, *((method, path) for path in paths for method in ("GET", "POST")))
    await same_for_sockets(build, *paths, "/socket")


async def test_a_route_that_the_index_cannot_read_is_left_to_fastapi():
    def build(app, router):
        app.get("/first/{x}")(show("first"))
        app.router.routes[-1].path = "/other/{y}"  # and its pattern is still that of `/first`
        app.websocket("/socket")(socket("socket"))

    await same(build, *((method, "/first/a") for method in ("GET", "POST")), ("GET", "/nowhere"))
    await same_for_sockets(build, "/socket", "/nowhere")


class Own(WebSocketRoute):
    def matches(self, scope):
        if scope["type"] == "websocket" and scope["path"] == "/SOCKET":
            return Match.FULL, {"endpoint": self.endpoint, "path_params": {"own": 1}}
        return Match.NONE, {}


async def test_frontends_of_included_routers_are_found(tmp_path, serve):
    """They match any path, and may be added while the application serves."""
    if not hasattr(APIRouter, "frontend"):  # pragma: no cover  # older FastAPI
        return
    (tmp_path / "page.txt").write_text("page")
    found = []
    for kind in (FastAPI, FastTrackFramework):
        app, router = made(kind), APIRouter()
        router.get("/items")(show("items"))
        app.include_router(router, prefix="/web")
        async with serve(app) as client:
            found.append([(await client.get("/web/page.txt")).status_code])
            router.frontend("/", directory=tmp_path)
            found[-1] += [(await client.get("/web/page.txt")).text for _ in range(2)]
            app.frontend("/all", directory=tmp_path)
            for path in ("/all/page.txt", "/nowhere", "/items/"):
                found[-1].append((await client.get(path)).text)
    assert found[0] == found[1]
    assert found[1][:4] == [404, "page", "page", "page"]


async def test_a_mounted_application_has_its_own_routes():
    def build(app, router):
        inner = made(type(app))
        inner.get("/x")(show("x"))
        inner.websocket("/socket")(socket("inner"))
        app.get("/before")(show("before"))
        app.mount("/inner", inner)

    paths = ["/inner/x/", "/inner/nowhere", "/inner", "/inner/socket"]
    await same(build, *((method, path) for path in paths for method in ("GET", "POST")))
    await same_for_sockets(build, *paths)


SEGMENTS = st.sampled_from(["a", "b", "{x}", "{n:int}", "{p:path}", "c{z}", ""])
PATHS = st.lists(SEGMENTS, max_size=3, unique=True).map(lambda parts: "/" + "/".join(parts))
WAYS = st.sampled_from(["api", "plain", "socket", "plain socket", "mount"])
ROUTES = st.lists(st.tuples(WAYS, st.integers(0, 2), PATHS), min_size=1, max_size=8)
ASKED = st.lists(st.sampled_from(["a", "b", "cz", "1", "", "a\n"]), max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(ROUTES, st.lists(ASKED, min_size=1, max_size=5))
@example([("mount", 1, "/b"), ("socket", 1, "/a"), ("socket", 2, "/{x}")], ["/a", "/b"])
async def test_random_paths_are_refused_redirected_and_connected_as_on_fastapi(routes, paths):
    def build(app, router):
        app.add_exception_handler(405, show_error)
        app.get("/first")(show("first"))
        inner, outer = router(), router()
        for number, (way, depth, path) in enumerate(routes):
            to, name = (app.router, outer, inner)[depth], f"handler{number}"
            if way == "api":
                to.add_api_route(path, show(name), methods=["PUT"])
            elif way == "plain":
                to.routes.append(Route(path, plain(name), methods=["PATCH"]))
            elif way == "socket":
                to.add_api_websocket_route(path, socket(name))
            elif way == "plain socket":
                to.routes.append(WebSocketRoute(path, socket(name)))
            else:
                at = path.replace("{p:path}", "p").rstrip("/") or "/m"
                to.mount(at, Router([Route("/a", plain(name))]))
        outer.include_router(inner, prefix="/a")
        app.include_router(outer)

    await same(build, *((method, path) for path in paths for method in ("GET", "PUT")))
    await same_for_sockets(build, *paths)
