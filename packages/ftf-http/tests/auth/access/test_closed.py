"""`require_login`: every route is closed, wherever it is declared, before its body is read."""

import pytest
from auth_people import guarded
from closed_places import CALLS, PLACES, endpoint, handle
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles

from ftf.http import FastTrackFramework
from ftf.http.auth import Access, public


async def ask(app, path="/path", method="POST", headers=(), body=b"{}"):
    """The status of a request, and how often its body was read."""
    sent, reads = [], []

    async def receive():
        reads.append(1)
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "scheme": "http"}
    scope |= {"raw_path": path.encode(), "root_path": "", "http_version": "1.1", "client": None}
    json = (b"content-type", b"application/json")
    scope |= {"headers": [(b"host", b"test"), json, *headers], "server": ("test", 80)}
    await app(scope, receive, send)
    return sent[0]["status"], len(reads)


IN = [(b"x-user", b"7")]


@pytest.mark.parametrize("declare", PLACES, ids=lambda place: place.__name__)
@pytest.mark.parametrize("when", ["before the start", "after the start", "after a request"])
async def test_edge_s56_every_route_is_closed_before_its_body_is_read(declare, when):
    app = guarded(closed=True)
    path = (declare(app) if when == "before the start" else None) or "/path"
    async with app.router.lifespan_context(app):
        if when == "after a request":
            await ask(app)
        if when != "before the start":
            path = declare(app) or path
        CALLS.clear()
        for _ in range(3):  # by FastAPI's routers, by the index, without the layers
            assert await ask(app, path) == (401, 0)
            assert await ask(app, path, headers=[(b"x-user", b"bad")]) == (401, 0)
        assert not CALLS
        for _ in range(3):
            status, _ = await ask(app, path, headers=IN)
            assert status in {200, 422}
        for _ in range(2):
            assert await ask(app, path) == (401, 0)


async def test_edge_s56_a_route_of_an_included_router_with_its_own_handle_is_closed(serve):
    class Own(APIRoute):
        async def handle(self, scope, receive, send):
            await (await endpoint(None))(scope, receive, send)

    app = guarded(closed=True)
    async with serve(app) as client:
        router = APIRouter(route_class=Own)
        router.get("/path")(handle)
        app.include_router(router)
        CALLS.clear()
        for _ in range(2):
            assert (await client.post("/path")).status_code == 401
            assert not CALLS
            assert (await client.post("/path", headers={"x-user": "7"})).text == "in"
            CALLS.clear()


async def test_edge_s57_login_leaves_the_probes_and_what_is_public(serve, tmp_path):
    (tmp_path / "logo.txt").write_text("logo")
    app = guarded(closed=True)
    app.post("/closed")(handle)
    app.mount("/files", StaticFiles(directory=tmp_path))
    app.mount("/logos", public(StaticFiles(directory=tmp_path)))
    app.add_route("/plain", public(endpoint))

    @app.get("/open")
    @public
    async def show() -> str:
        return "open"

    router = APIRouter(dependencies=[public])
    router.get("/also-open")(handle)
    app.include_router(router)

    async with serve(app) as client:
        found = {
            path: (await client.get(path)).status_code
            for path in (
                *("/health", "/ready", "/open", "/also-open", "/plain", "/logos/logo.txt"),
                *("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"),
                *("/files/logo.txt", "/closed", "/nothing", "/open/"),
            )
        }
    assert found == {
        "/health": 200,
        "/ready": 200,
        "/open": 200,
        "/also-open": 200,
        "/plain": 200,
        "/logos/logo.txt": 200,
        "/docs": 401,
        "/redoc": 401,
        "/openapi.json": 401,
        "/docs/oauth2-redirect": 401,
        "/files/logo.txt": 401,
        "/closed": 405,
        "/nothing": 404,
        "/open/": 307,
    }
    assert [str(route) for route in app.open_routes()] == [
        "ANY /logos",
        "GET,HEAD /plain",
        "GET /open",
        "GET /also-open",
    ]


async def test_edge_s57_the_pages_of_the_documentation_may_stay_open(serve):
    app = guarded()
    app.require_login(docs="public")
    app.get("/closed")(handle)
    async with serve(app) as client:
        for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
            assert (await client.get(path)).status_code == 200
        assert (await client.get("/closed")).status_code == 401
    assert {route.path for route in app.open_routes() if route.is_marked} == {
        "/docs",
        "/redoc",
        "/openapi.json",
        "/docs/oauth2-redirect",
    }


async def test_edge_s56_a_frontend_is_closed(serve, tmp_path):
    (tmp_path / "index.html").write_text("front")
    app = guarded(closed=True)
    if hasattr(app, "frontend"):
        app.frontend("/app", directory=tmp_path)
    else:  # older FastAPI
        app.mount("/app", StaticFiles(directory=tmp_path, html=True))
    async with serve(app) as client:
        for path in ("/app/", "/app/index.html", "/app/index.html?x-user=7"):
            for _ in range(2):
                assert (await client.get(path)).status_code == 401
                found = await client.get(path, headers={"x-user": "7"})
                assert (found.status_code, found.text) == (200, "front")


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"wrong": "schema"}', b"\xff" * 100_000, None],
    ids=["malformed", "wrong", "large", "without end"],
)
async def test_edge_s55_a_refused_request_is_answered_before_its_body_is_read(body):
    app = guarded()
    router = APIRouter()

    @router.post("/plain")
    @Access()
    async def plain(body: dict[str, int]) -> None: ...

    app.post("/path")(plain)
    app.include_router(router)
    async with app.router.lifespan_context(app):
        for path in ("/path", "/plain"):
            for _ in range(3):
                assert await ask(app, path, body=body) == (401, 0)


@pytest.mark.parametrize("root", ["", "/"])
async def test_edge_s57_probes_are_answered_before_a_closed_mount_at_the_root(serve, root):
    app = guarded(closed=True)
    app.mount(root, PlainTextResponse("in"))
    async with serve(app) as client:
        for path in ("/health", "/ready"):
            assert "status" in (await client.get(path)).json()
        assert (await client.get("/other")).status_code == 401
        assert (await client.get("/other", headers={"x-user": "7"})).text == "in"


async def test_edge_s57_a_probe_of_the_user_has_the_rule_of_its_route(serve):
    app = guarded(closed=True)
    app.get("/health")(handle)
    app.get("/{name}")(handle)
    async with serve(app) as client:
        for _ in range(2):
            assert (await client.get("/health")).status_code == 401
            assert (await client.get("/ready")).status_code == 401
            assert (await client.get("/ready", headers={"x-user": "7"})).json() == "in"


async def test_an_application_whose_container_has_guards_asks_them_too(serve):
    first = guarded(closed=True)
    second = FastTrackFramework(container=first.container)
    second.get("/second")(lambda: "secret")
    second.add_route("/plain", lambda _: PlainTextResponse("secret"))
    async with serve(second) as client:
        for path in ("/second", "/plain"):
            assert (await client.get(path)).status_code == 401
            assert (await client.get(path, headers={"x-user": "7"})).status_code == 200
