"""The direct way: a request between which and its route no layer stands is served the same."""

import asyncio
import gc
import sys
import weakref
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from inspect import signature

import pytest
from fastapi import BackgroundTasks, FastAPI, Form, HTTPException, Request, UploadFile
from fastapi.responses import StreamingResponse
from httpx import ASGITransport, AsyncClient
from opentelemetry.sdk.trace import TracerProvider
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import Message
from units_of_work import FailingUnit, RecordingUnit

from ftf.container import Scope, UnitsOfWork
from ftf.http import FastTrackFramework, Injected, request_id
from ftf.http.security import SecurityOptions


def layers() -> list[str]:
    """Return the layers of FastAPI's that the caller runs in."""
    frame, found = sys._getframe(), []  # noqa: SLF001  # documented, but with an underscore
    while frame is not None:
        if frame.f_code.co_qualname.endswith("Middleware.__call__"):
            found.append(frame.f_code.co_qualname.split(".")[0])
        frame = frame.f_back
    return found


class KnownError(Exception): ...


class Session:
    log: list[str]

    async def aclose(self) -> None:
        self.log.append("closed")


class Hook(BaseException): ...


def application(log: list[str], kind=FastTrackFramework, **options) -> FastTrackFramework:
    app = kind(**options)

    async def session(units: UnitsOfWork) -> AsyncIterator[Session]:
        units.add(RecordingUnit(log))
        try:
            yield Session()
        except BaseException as error:
            log.append(f"closed after {type(error).__name__}")
            raise
        log.append("closed")

    app.register(Session, session, scope="scoped")

    @app.exception_handler(KnownError)
    async def answer(request: Request, error: KnownError) -> PlainTextResponse:
        log.append(f"handler {request.scope['path']}")
        return PlainTextResponse("known", 418)

    @app.get("/layers")
    async def show() -> list[str]:
        return layers()

    @app.get("/fine")
    async def fine(session: Injected[Session]) -> str:
        return "fine"

    @app.get("/known")
    async def known(session: Injected[Session]) -> str:
        raise KnownError

    with_failures(app)
    with_failed_commits(app)
    with_streams(app)
    return app


def with_failures(app: FastTrackFramework) -> None:
    @app.get("/http")
    async def http(session: Injected[Session]) -> str:
        raise HTTPException(409, "conflict", {"x-own": "1"})

    @app.get("/unexpected")
    async def unexpected(session: Injected[Session]) -> str:
        raise ValueError("unexpected")

    @app.get("/group")
    async def group(session: Injected[Session]) -> str:
        raise ExceptionGroup("two", [KnownError(), KnownError()])

    @app.get("/number/{number}")
    async def number(number: int, session: Injected[Session]) -> int:
        return number

    @app.get("/base")
    async def base(session: Injected[Session]) -> str:
        raise Hook


def with_failed_commits(app: FastTrackFramework) -> None:
    @app.get("/commit")
    async def commit(units: Injected[UnitsOfWork]) -> str:
        units.add(FailingUnit(ValueError("not committed")))
        return "lost"

    @app.get("/commit/known")
    async def commit_known(units: Injected[UnitsOfWork]) -> str:
        units.add(FailingUnit(KnownError()))
        return "lost"


def with_streams(app: FastTrackFramework) -> None:
    @app.get("/background")
    async def background(tasks: BackgroundTasks, session: Injected[Session]) -> str:
        def fail() -> None:
            raise KnownError

        tasks.add_task(fail)
        return "sent"

    @app.get("/stream")
    async def stream(session: Injected[Session]) -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "a"
            raise KnownError

        return StreamingResponse(parts())

    @app.get("/stream/unexpected")
    async def stream_unexpected() -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "a"
            raise ValueError("unexpected")

        return StreamingResponse(parts())

    @app.get("/own-header")
    async def own_header() -> PlainTextResponse:
        return PlainTextResponse("own", headers={"X-Frame-Options": "SAMEORIGIN"})

    @app.get("/id")
    async def show_id(request: Request) -> bool:
        return request_id(request) == request.headers.get("x-request-id")

    @app.post("/form")
    async def form(name: str = Form(), upload: UploadFile | None = None) -> str:
        return name


@pytest.fixture
def ask(log):
    """Return what a client sees, what the services did, and what the server sees raised."""

    async def asked(app, path: str, method: str = "GET", **options) -> tuple[object, ...]:
        log.clear()
        raised: list[str] = []

        async def watched(scope, receive, send) -> None:
            try:
                await app(scope, receive, send)
            except BaseException as error:
                raised.append(repr(error))
                raise

        transport = ASGITransport(watched, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            headers = {"x-request-id": "given"}
            try:
                answer = await client.request(method, path, headers=headers, **options)
            except BaseException as error:  # noqa: BLE001  # compared
                return repr(error), [*log], raised
        return answer.status_code, answer.headers.raw, answer.content, [*log], raised

    return asked


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


async def test_forms_are_read_and_their_files_closed(ask, log):
    app = application(log)
    files = {"upload": ("a.txt", b"x" * 10)}
    answers = [await ask(app, "/form", "POST", data={"name": "n"}, files=files) for _ in range(3)]
    assert answers[0][2] == b'"n"'
    assert answers[1:] == answers[:1] * 2


async def test_what_fails_when_files_are_closed_is_answered(ask, log):
    app = FastTrackFramework()
    closing: list[Exception] = [ValueError("not closed")]

    @app.get("/")
    async def show(request: Request) -> str:
        stack = request.scope["fastapi_middleware_astack"]

        async def close() -> None:
            raise closing[0]

        stack.push_async_callback(close)
        if "fail" in request.url.query:
            raise ValueError("unexpected")
        return "sent"

    answers = [await ask(app, "/?fail") for _ in range(3)]
    assert answers[0][0] == 500
    assert answers[0][-1] == ["ValueError('not closed')"]
    assert answers[2] == answers[0]
    assert (await ask(app, "/"))[-1] == ["ValueError('not closed')"]


async def test_an_error_that_an_exit_suppresses_is_none(ask, log):
    app = FastTrackFramework()

    @app.get("/{sent}")
    async def show(sent: str, request: Request) -> str:
        request.scope["fastapi_middleware_astack"].push(lambda *_: True)
        raise Hook

    answers = [await ask(app, "/x") for _ in range(3)]
    assert answers[2] == answers[0]


async def test_the_stack_of_files_is_one_of_contextlib_s(ask, log):
    app = FastTrackFramework()

    @app.get("/")
    async def show(request: Request) -> bool:
        stack = request.scope["fastapi_middleware_astack"]
        await stack.enter_async_context(AsyncExitStack())
        return hasattr(stack, "nothing")

    answers = [(await ask(app, "/"))[2] for _ in range(3)]
    assert answers == [b"false"] * 3


async def test_an_application_that_ignores_a_failed_commit_is_answered(ask, log):
    app = FastTrackFramework()

    class Ignoring:
        async def __call__(self, scope, receive, send) -> None:
            try:
                await send({"type": "http.response.start", "status": 200, "headers": []})
            except BaseException as error:  # noqa: BLE001
                log.append(type(error).__name__)

    @app.get("/")
    async def show(units: Injected[UnitsOfWork]) -> PlainTextResponse:
        units.add(FailingUnit(ValueError("not committed")))

        class Response(PlainTextResponse):
            __call__ = Ignoring.__call__

        return Response("x")

    answers = [await ask(app, "/") for _ in range(3)]
    assert answers[0][0] == 500
    assert answers[2] == answers[0]


async def test_units_that_no_response_settles_are_rolled_back(log):
    app = application(log)

    class Nothing(PlainTextResponse):
        async def __call__(self, scope, receive, send) -> None: ...

    @app.get("/nothing")
    async def nothing(session: Injected[Session]) -> PlainTextResponse:
        return Nothing()

    for _ in range(3):
        log.clear()
        sent: list[Message] = []

        async def send(message: Message, sent=sent) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/nothing", "headers": []}
        await app(scope | {"query_string": b""}, None, send)
        assert (sent, log) == ([], ["rollback", "closed"])


async def test_a_failure_to_close_services_is_logged(ask, log, caplog):
    app = FastTrackFramework()

    class Broken:
        def close(self) -> None:
            raise ValueError("broken")

    app.register(Broken, scope="scoped")

    @app.get("/")
    async def show(broken: Injected[Broken]) -> str:
        return "sent"

    answers = [await ask(app, "/") for _ in range(3)]
    assert answers[0][2] == b'"sent"'
    assert answers[2] == answers[0]
    assert len(caplog.messages) == 3


@pytest.mark.parametrize("warm", [0, 2])
async def test_a_cancelled_request_closes_its_services(log, warm, ask):
    app = application(log)
    entered = asyncio.Event()

    @app.get("/wait")
    async def wait(request: Request, session: Injected[Session]) -> str:
        if request.headers.get("x-wait"):
            entered.set()
            await asyncio.Event().wait()
        return "sent"

    for _ in range(warm):
        await ask(app, "/wait")
    log.clear()
    scope = {"type": "http", "method": "GET", "path": "/wait", "query_string": b""}
    scope["headers"] = [(b"x-wait", b"1")]
    task = asyncio.create_task(app(scope, None, None))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log == ["rollback", "closed after CancelledError"]
    assert scope["ftf.http.scope"] is None


@pytest.mark.parametrize("warm", [0, 2])
async def test_an_event_stream_ends_with_the_application(log, warm):
    app = FastTrackFramework()
    beat = asyncio.Event()
    sent: list[Message] = []

    @app.get("/events")
    async def events(forever: int = 0) -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "data: 1\n\n"
            if forever:
                await asyncio.Event().wait()

        return StreamingResponse(parts(), media_type="text/event-stream")

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get("body"):
            beat.set()

    scope = {"type": "http", "method": "GET", "path": "/events", "headers": []}
    for _ in range(warm):
        await app(scope | {"query_string": b""}, receive, send)
    assert not app.draining.streams
    sent.clear()
    beat.clear()
    async with app.router.lifespan_context(app):
        serving = asyncio.create_task(app(scope | {"query_string": b"forever=1"}, receive, send))
        await beat.wait()
        app.draining.end_streams()
        await serving
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert not app.draining.streams


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


CLASSES = [ServerErrorMiddleware, ExceptionMiddleware, Starlette, FastAPI]


@pytest.mark.parametrize("cls", CLASSES)
async def test_path_16_layers_that_are_replaced_later_are_called(ask, log, monkeypatch, cls):
    app, seen = application(log), []
    for _ in range(2):
        await ask(app, "/fine")
    original = cls.__call__

    async def noting(self, scope, receive, send) -> None:
        seen.append(cls)
        await original(self, scope, receive, send)

    monkeypatch.setattr(cls, "__call__", noting)
    assert (await ask(app, "/fine"))[0] == 200
    assert seen == [cls]


async def test_path_16_layers_that_were_replaced_before_are_called(ask, log, monkeypatch):
    monkeypatch.setattr("ftf.http.startup._known_layers.is_own", lambda *_: False)
    app = application(log)
    seen = [(await ask(app, "/layers"))[2] for _ in range(3)]
    assert seen[2] == seen[0] != b"[]"


async def test_path_16_a_stack_that_is_replaced_is_called(ask, log):
    app, seen = application(log), []
    for _ in range(2):
        await ask(app, "/fine")
    stack = app.middleware_stack

    async def noting(scope, receive, send) -> None:
        seen.append(scope["path"])
        await stack(scope, receive, send)

    app.middleware_stack = noting
    for _ in range(2):
        await ask(app, "/fine")
    assert seen == ["/fine", "/fine"]


async def test_path_16_a_router_s_stack_that_is_replaced_is_called(ask, log):
    app, seen = application(log), []
    for _ in range(2):
        await ask(app, "/fine")
    stack = app.router.middleware_stack

    async def noting(scope, receive, send) -> None:
        seen.append(scope["path"])
        await stack(scope, receive, send)

    app.router.middleware_stack = noting
    for _ in range(2):
        await ask(app, "/fine")
    assert seen == ["/fine", "/fine"]
    app.middleware_stack = None
    await ask(app, "/fine")
    assert len(seen) == 3


async def test_an_application_of_another_class_calls_its_own(ask, log):
    class Noting(FastTrackFramework):
        async def __call__(self, scope, receive, send) -> None:
            log.append("called")
            await super().__call__(scope, receive, send)

    app = application(log, Noting)
    for _ in range(3):
        assert (await ask(app, "/fine"))[3] == ["called", "commit", "closed"]


async def test_no_request_is_kept(log, ask):
    app = application(log)
    seen: list[weakref.ref[Scope]] = []

    class Noted: ...

    app.register(Noted, scope="scoped")

    @app.get("/noted/{failing}")
    async def noted(failing: int, noted: Injected[Noted]) -> str:
        seen.append(weakref.ref(noted))
        if failing:
            raise ValueError("unexpected")
        return "sent"

    for _ in range(2):
        await ask(app, "/noted/0")
    gc.collect()
    gc.disable()
    try:
        await ask(app, "/noted/0")
        assert seen[-1]() is None
    finally:
        gc.enable()


async def test_path_16_telemetry_that_is_set_up_later_records_requests(ask, log, monkeypatch):
    if "telemetry" not in FastAPI.__init__.__annotations__:  # the oldest FastAPI has none
        return
    from opentelemetry import trace

    app = application(log)
    for _ in range(3):
        shown = (await ask(app, "/layers"))[2]
    assert shown == b"[]"
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", TracerProvider())
    for _ in range(3):
        assert b"ServerErrorMiddleware" in (await ask(app, "/layers"))[2]
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    assert (await ask(app, "/layers"))[2] == b"[]"
