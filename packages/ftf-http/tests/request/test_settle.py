"""Units of work, committed or rolled back just before the first byte of the response."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, WebSocket
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.applications import Starlette
from starlette.routing import Route

from ftf.container import Container, UnitsOfWork
from ftf.http import FastTrackFramework, Injected, ScopeMiddleware


class ConflictError(Exception): ...


class Session:
    """A unit of work that says what happens to it."""

    def __init__(self, log: list[str], name: str = "") -> None:
        self.log = log
        self.name = name
        self.failing: Exception | None = None

    async def commit(self) -> None:
        if self.failing:
            raise self.failing
        self.log.append(f"commit{self.name}")

    async def rollback(self) -> None:
        self.log.append(f"rollback{self.name}")


@pytest.fixture
def container(log):
    async def open_session(units: UnitsOfWork) -> AsyncIterator[Session]:
        session = Session(log)
        units.add(session)
        try:
            yield session
        finally:
            log.append("closed")

    container = Container()
    container.register(Session, open_session, scope="scoped")
    return container


@pytest.fixture
def app(container):
    app = FastTrackFramework(container=container)
    app.map_error(ConflictError, 409)
    return app


async def answer_of(app, serve, path="/", **options):
    async with serve(app) as client:
        return await client.get(path, **options)


async def test_edge_2_a_response_below_400_commits_before_it_starts(app, log, serve):
    @app.get("/")
    async def show(session: Injected[Session], tasks: BackgroundTasks) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            log.append("body")
            yield "line"

        tasks.add_task(log.append, "task")
        return StreamingResponse(lines(), 302, background=tasks)

    assert (await answer_of(app, serve)).text == "line"
    assert log == ["commit", "body", "task", "closed"]


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_edge_2_a_returned_response_of_400_and_above_rolls_back(app, log, serve, status):
    @app.get("/")
    async def show(session: Injected[Session]) -> PlainTextResponse:
        return PlainTextResponse("", status)

    assert (await answer_of(app, serve)).status_code == status
    assert log == ["rollback", "closed"]


@pytest.mark.parametrize(
    ("error", "status"), [(HTTPException(403), 403), (ConflictError(), 409), (KeyError("x"), 500)]
)
async def test_edge_2_an_exception_rolls_back(app, log, serve, error, status):
    @app.get("/")
    async def show(session: Injected[Session]) -> None:
        raise error

    assert (await answer_of(app, serve)).status_code == status
    assert log == ["rollback", "closed"]


async def test_edge_2_a_response_that_cannot_be_serialised_rolls_back(app, log, serve):
    @app.get("/")
    async def show(session: Injected[Session]) -> int:
        return "many"  # type: ignore[return-value]  # the point

    assert (await answer_of(app, serve)).status_code == 500
    assert log == ["rollback", "closed"]


async def test_edge_2_a_failed_commit_is_never_a_200(app, log, serve):
    @app.get("/")
    async def show(session: Injected[Session]) -> StreamingResponse:
        session.failing = ConflictError("Somebody was faster")
        return StreamingResponse(iter(["one", "two"]), headers={"x-old": "yes"})

    answer = await answer_of(app, serve)
    assert answer.json() == {"title": "Conflict", "status": 409, "detail": "Somebody was faster"}
    assert "x-old" not in answer.headers
    assert log == ["rollback", "closed"]


async def test_edge_2_an_unexpected_failure_of_a_commit_is_a_500_that_the_server_hears_of(
    app, log, serve
):
    @app.get("/")
    async def show(session: Injected[Session]) -> str:
        session.failing = RuntimeError("secret")
        return "done"

    answer = await answer_of(app, serve)
    assert (answer.status_code, answer.json()["title"]) == (500, "Internal Server Error")
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert "secret" not in answer.text
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    with pytest.raises(RuntimeError, match="secret"):
        await app(scope, never, nothing)


async def never() -> dict[str, object]:
    return {"type": "http.request"}


async def nothing(message: object) -> None: ...


async def test_a_failed_commit_is_answered_by_the_user_s_handler_of_last_resort(app, log, serve):
    @app.exception_handler(500)
    async def sorry(request: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse("sorry", 500)

    @app.get("/")
    async def show(session: Injected[Session]) -> str:
        session.failing = RuntimeError("secret")
        return "done"

    assert (await answer_of(app, serve)).text == "sorry"


async def test_a_handler_can_mark_its_work_for_rollback(app, log, serve):
    @app.get("/")
    async def show(session: Injected[Session], units: Injected[UnitsOfWork]) -> str:
        units.mark_rollback()
        return "tried"

    assert (await answer_of(app, serve)).json() == "tried"
    assert log == ["rollback", "closed"]


async def test_several_units_are_committed_in_order_until_one_fails(app, log, serve):
    @app.get("/")
    async def show(units: Injected[UnitsOfWork]) -> str:
        one, two, three = (Session(log, f" {number}") for number in (1, 2, 3))
        two.failing = ConflictError("no")
        for unit in (one, two, three):
            units.add(unit)
        return "done"

    assert (await answer_of(app, serve)).status_code == 409
    assert log == ["commit 1", "rollback 3", "rollback 2"]


async def test_a_rollback_that_fails_is_logged_and_the_others_run(app, log, serve, caplog):
    class Stuck(Session):
        async def rollback(self) -> None:
            raise OSError("gone")

    @app.get("/")
    async def show(units: Injected[UnitsOfWork]) -> str:
        units.add(Session(log))
        units.add(Stuck(log))
        raise HTTPException(400)

    assert (await answer_of(app, serve)).status_code == 400
    assert log == ["rollback"]
    assert "rolling back failed: / (request " in caplog.text


async def test_what_is_added_during_a_stream_is_rolled_back(app, log, serve):
    @app.get("/")
    async def show(units: Injected[UnitsOfWork]) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            units.add(Session(log))
            yield "line"

        return StreamingResponse(lines())

    assert (await answer_of(app, serve)).text == "line"
    assert log == ["rollback"]


async def test_a_websocket_s_work_is_rolled_back_unless_it_commits(app, log, talk):
    @app.websocket("/ws")
    async def chat(socket: WebSocket, session: Injected[Session]) -> None:
        await socket.accept()
        await session.commit()

    await talk(app, "/ws")
    assert log == ["commit", "rollback", "closed"]


@pytest.mark.parametrize("reads", [True, False])
async def test_edge_2_and_9_a_client_that_left_gets_nothing_committed(app, log, reads):
    @app.post("/")
    async def create(session: Injected[Session], request: Request) -> bytes:
        return await request.body() if reads else b"unread"

    heard = [{"type": "http.request", "body": b"x"}, {"type": "http.disconnect"}]

    async def receive() -> dict[str, object]:
        return heard.pop(0)

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}
    await app(scope, receive, nothing)
    assert (heard, log) == ([], ["rollback", "closed"])


async def test_looking_for_the_client_loses_nothing_of_the_body(container, log):
    heard = [{"type": "http.request", "body": body} for body in (b"said", b"so")]
    read, said = [], [*heard]

    async def receive() -> dict[str, object]:
        return heard.pop(0) if heard else await asyncio.Event().wait()

    async def echo(scope, receive, send) -> None:
        await container.aresolve(Session)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        read.extend([await receive(), await receive()])

    app = ScopeMiddleware(echo, container)
    await app({"type": "http", "path": "/"}, receive, nothing)
    assert (read, log) == (said, ["commit", "closed"])


@pytest.mark.parametrize("kind", ["fastapi", "starlette"])
async def test_a_plain_application_settles_too(container, log, serve, kind):
    async def show(request: Request) -> JSONResponse:
        session = await container.aresolve(Session)
        if "fail" in request.query_params:
            session.failing = RuntimeError("secret")
        return JSONResponse("ok")

    app = FastAPI() if kind == "fastapi" else Starlette(routes=[Route("/", show)])
    if isinstance(app, FastAPI):
        app.add_route("/", show)

        async def sorry(request: Request, error: Exception) -> PlainTextResponse:
            return PlainTextResponse("Internal Server Error", 500)

        def slowly(request: Request, error: Exception) -> PlainTextResponse:
            return PlainTextResponse("Internal Server Error", 500)

        app.add_exception_handler(RuntimeError, slowly)
        app.add_exception_handler(500, sorry)
    app.add_middleware(ScopeMiddleware, container=container)
    assert (await answer_of(app, serve)).json() == "ok"
    assert log == ["commit", "closed"]
    answer = await answer_of(app, serve, "/?fail=1")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert log[2:] == ["rollback", "closed"]


async def test_outside_of_a_request_nobody_settles(container, log):
    ScopeMiddleware(Starlette(), container)
    async with container.scoped_context() as scope:
        await scope.aresolve(Session)
    assert log == ["closed"]


@pytest.fixture(autouse=True)
def logged(caplog) -> None:
    caplog.set_level(logging.INFO, "ftf.http")
