"""The direct way: a request between which and its route no layer stands is served the same."""

from inspect import signature

import pytest
from direct_application import application
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from ftf.http import FastTrackFramework
from ftf.http.security import SecurityOptions

PATHS = [
    "/fine",
    "/known",
    "/http",
    "/unexpected",
    "/group",
    "/number/1",
    "/number/x",
    "/commit",
    "/commit/known",
    "/background",
    "/stream",
    "/stream/unexpected",
    "/own-header",
    "/id",
    "/base",
    "/nowhere",
    "/health",
]


async def test_a_known_route_has_no_layers_around_it(ask, log):
    app = application(log)
    assert (await ask(app, "/layers"))[2] != b"[]"
    for _ in range(2):
        assert (await ask(app, "/layers"))[2] == b"[]"


async def test_a_log_says_whether_layers_serve_requests(ask, log, caplog):
    caplog.set_level("DEBUG", "ftf.http")
    direct, layered, other = application(log), application(log), application(log)
    layered.add_middleware(GZipMiddleware)
    other.router.middleware_stack = other.router.app
    for app in (direct, layered, other):
        await ask(app, "/layers")
    lines = [line for line in caplog.messages if "layers serve" in line]
    assert lines[0] == "no layers serve the requests of known routes"
    unknown = "ftf.http.request._task_scope.TaskScopeMiddleware"  # around the user's
    assert lines[1] == f"all layers serve each request: {unknown} is among them"
    assert lines[2] == "all layers serve each request: the router has another stack"


OPTIONS = [
    {},
    {"problem_details": False},
    {"debug": True},
    {"security_headers": {}},
    {"security_headers": {"Content-Type": "text/plain", "X-Own": "1"}},
    {"security": SecurityOptions()},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("path", PATHS)
async def test_later_requests_are_answered_like_the_first(ask, log, path, options):
    app = application(log, **options)
    first = await ask(app, path)
    await ask(app, path)
    later = await ask(app, path)
    if options.get("debug") and later[0] == 500:  # the traceback has other lines
        first, later = (each[:1] + each[3:] for each in (first, later))
    assert later == first


async def test_middleware_of_the_user_keeps_its_layers(ask, log):
    app = application(log)

    @app.middleware("http")
    async def add(request: Request, call_next):
        response = await call_next(request)
        response.headers["x-added"] = "1"
        return response

    for _ in range(3):
        answer = await ask(app, "/layers")
        assert b"ScopeMiddleware" in answer[2]
        assert (b"x-added", b"1") in answer[1]


async def test_cors_stands_outside_of_the_direct_way(log):
    app = application(log)
    app.add_middleware(CORSMiddleware, allow_origins=["https://site.example"])
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"origin": "https://site.example", "x-request-id": "given"}
        for path in ("/fine", "/unexpected", "/known"):
            answers = [await client.get(path, headers=headers) for _ in range(3)]
            raw = [answer.headers.raw for answer in answers]
            assert raw[0] == raw[2]
            assert answers[2].headers["access-control-allow-origin"] == "https://site.example"
        shown = [(await client.get("/layers")).json() for _ in range(3)]
    assert "ServerErrorMiddleware" in shown[0]
    assert shown[2] == ["CORSMiddleware", "OutermostMiddleware"]


async def test_bodies_that_are_limited_keep_the_layers(ask, log):
    app = application(log, max_body_size=100)  # older FastAPI does not know the option
    limits = "max_body_size" in signature(FastAPI).parameters
    for _ in range(3):
        shown = (await ask(app, "/layers"))[2]
    assert (b"ServerErrorMiddleware" in shown) is limits


@pytest.mark.parametrize("problems", [True, False])
async def test_a_limit_of_the_outer_application_keeps_the_layers(ask, log, problems):
    outer = FastAPI(max_body_size=100)
    outer.mount("/inner", application(log, problem_details=problems))
    for _ in range(3):
        assert b"ServerErrorMiddleware" in (await ask(outer, "/inner/layers"))[2]


async def test_mounted_applications_are_served_directly(ask, log):
    outer, app = FastTrackFramework(), application(log)
    outer.mount("/inner", app)
    shown = [(await ask(outer, "/inner/layers"))[2] for _ in range(3)]
    assert shown[0].count(b"ServerErrorMiddleware") == 2
    assert shown[2].count(b"ServerErrorMiddleware") == 1
    for path in PATHS:
        answers = [await ask(outer, f"/inner{path}") for _ in range(3)]
        assert answers[2] == answers[0]


async def test_root_path_is_set(ask, log):
    app = application(log)
    app.root_path = "/proxy"

    @app.get("/where/{x}")
    async def where(request: Request) -> list[str]:
        return [request.scope["root_path"], str(request.url_for("where", x="y"))]

    answers = [(await ask(app, "/where/1"))[2] for _ in range(3)]
    assert answers[2] == answers[0] == b'["/proxy","http://test/proxy/where/y"]'


async def test_an_application_of_another_class_calls_its_own(ask, log):
    class Noting(FastTrackFramework):
        async def __call__(self, scope, receive, send) -> None:
            log.append("called")
            await super().__call__(scope, receive, send)

    app = application(log, Noting)
    for _ in range(3):
        assert (await ask(app, "/fine"))[3] == ["called", "commit", "closed"]
