"""Middleware sees and sends what it does on plain FastAPI."""

from contextvars import ContextVar
from types import SimpleNamespace

import pytest
from differential.description import Ask
from differential.exchange import ask
from differential.pair import ours, same
from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

ORIGIN = (b"origin", b"https://a.example")
context: ContextVar[str] = ContextVar("context", default="unset")


def asgi(app, log) -> None:
    class Noting:
        def __init__(self, app) -> None:
            self.app = app

        async def __call__(self, scope, receive, send) -> None:
            token = context.set("set by middleware")
            log.append(("in", scope["path"]))
            await self.app(scope, receive, send)
            log.append(("out",))
            context.reset(token)

    app.add_middleware(Noting)


def decorated(app, log) -> None:
    @app.middleware("http")
    async def around(request: Request, call_next) -> Response:
        request.state.seen = "seen"
        if "refuse" in request.url.query:
            return JSONResponse({"refused": True}, 403)
        response = await call_next(request)
        response.headers["x-around"] = "1"
        log.append(("around", response.status_code))
        return response


def failing(app, log) -> None:
    @app.middleware("http")
    async def fail(request: Request, call_next) -> Response:
        response = await call_next(request)
        if "fail" in request.url.query:
            raise RuntimeError("middleware failed")
        return response


def cors(app, log) -> None:
    app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"], allow_credentials=True)


def gzip(app, log) -> None:
    app.add_middleware(GZipMiddleware, minimum_size=5)


@pytest.mark.parametrize(
    "middleware",
    [[asgi], [decorated], [failing], [gzip, cors], [asgi, decorated, gzip, cors], [gzip, asgi]],
    ids=lambda each: "+".join(add.__name__ for add in each),
)
async def test_path_15_middleware_sees_and_sends_what_it_does_on_fastapi(middleware, monkeypatch):
    monkeypatch.setattr("gzip.time", SimpleNamespace(time=int))  # gzip writes when it compressed

    def build(app, log) -> None:
        for add in middleware:
            add(app, log)

        @app.get("/text")
        async def text(request: Request) -> dict[str, str]:
            return {"seen": getattr(request.state, "seen", "not"), "context": context.get()}

        @app.get("/vary")
        def vary(tasks: BackgroundTasks) -> Response:
            tasks.add_task(log.append, ("background",))
            return PlainTextResponse("text", headers={"vary": "X-Own"})

        @app.get("/stream")
        async def stream() -> StreamingResponse:
            return StreamingResponse(iter(["one", "two"]))

        @app.get("/crash")
        async def crash() -> None:
            raise HTTPException(409, "conflict")

    encoded = (b"accept-encoding", b"gzip")
    paths = ("/text", "/vary", "/stream", "/crash", "/nothing", "/text/")
    preflight = (ORIGIN, (b"access-control-request-method", b"GET"))
    await same(
        build,
        *(Ask(path, headers=(ORIGIN, encoded)) for path in paths),
        Ask("/text", query=b"refuse"),
        Ask("/text", query=b"fail"),
        Ask("/text", "OPTIONS", headers=preflight),
    )


async def test_path_15_middleware_cannot_be_added_after_the_first_request():
    for make in (FastAPI, ours):
        app = make()
        await ask(app, Ask("/"), [])
        with pytest.raises(RuntimeError, match="Cannot add middleware"):
            app.add_middleware(GZipMiddleware)
