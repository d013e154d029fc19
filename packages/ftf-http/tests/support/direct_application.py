"""An application whose requests take the direct way, and fail on it in every way."""

import sys
from collections.abc import AsyncIterator

from fastapi import BackgroundTasks, Form, HTTPException, Request, UploadFile
from fastapi.responses import StreamingResponse
from starlette.responses import PlainTextResponse
from units_of_work import FailingUnit, RecordingUnit

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected, request_id


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
