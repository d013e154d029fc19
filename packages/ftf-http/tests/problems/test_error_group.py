"""Errors of a task group: answered like the error, where there is one answer."""

import asyncio
from dataclasses import dataclass

import pytest
from fastapi import HTTPException, WebSocket
from httpx import ASGITransport, AsyncClient
from starlette.responses import PlainTextResponse
from units_of_work import FailingUnit

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected
from ftf.orm import Base, DuplicateRecord, RecordNotFound


class Ticket(Base):
    __abstract__ = True


class SoldOutError(Exception): ...


MISSING, GONE = RecordNotFound(Ticket), HTTPException(410, "Gone away")
GROUPS = [
    (ExceptionGroup("one", [MISSING]), 404, "Ticket not found"),
    (ExceptionGroup("raised", [GONE]), 410, "Gone away"),
    (ExceptionGroup("mapped", [SoldOutError("None left")]), 410, "None left"),
    (ExceptionGroup("alike", [GONE, SoldOutError("None left")]), 410, "Gone away"),
    (ExceptionGroup("deep", [ExceptionGroup("", [MISSING]), MISSING]), 404, "Ticket not found"),
    (ExceptionGroup("different", [MISSING, DuplicateRecord(("seat",))]), 500, None),
    (ExceptionGroup("unexpected", [MISSING, ZeroDivisionError()]), 500, None),
]


@pytest.fixture(params=[True, False], ids=["problems", "plain"])
def app(request):
    app = FastTrackFramework(problem_details=request.param)
    app.map_error(SoldOutError, 410)
    return app


@pytest.mark.parametrize(("group", "status", "detail"), GROUPS, ids=lambda value: str(value)[:9])
async def test_a_group_is_answered_like_its_errors(app, serve, group, status, detail):
    @app.get("/")
    async def index() -> None:
        raise group

    async with serve(app) as client:
        answer = await client.get("/")
    assert answer.status_code == status
    if detail:
        assert answer.json()["detail"] == detail


async def test_a_task_group_raises_such_a_group(app, serve):
    async def find() -> None:
        raise MISSING

    @app.get("/")
    async def index() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(find())

    async with serve(app) as client:
        assert (await client.get("/")).status_code == 404


async def test_middleware_and_commits_raise_them_too(app, serve):
    class Guard:
        def __init__(self, app) -> None:
            self.app = app

        async def __call__(self, scope, receive, send) -> None:
            if scope["path"] == "/guarded":
                raise ExceptionGroup("middleware", [GONE])
            await self.app(scope, receive, send)

    @app.get("/")
    async def index(units: Injected[UnitsOfWork]) -> None:
        units.add(FailingUnit(ExceptionGroup("commit", [MISSING])))

    app.add_middleware(Guard)
    async with serve(app) as client:
        assert (await client.get("/")).status_code == 404
        assert (await client.get("/guarded")).status_code == 410


async def test_the_server_learns_of_a_group_that_has_no_answer(app):
    failed = ExceptionGroup("unexpected", [MISSING, ZeroDivisionError()])

    @app.get("/")
    async def index() -> None:
        raise failed

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        with pytest.raises(ExceptionGroup, match="unexpected") as caught:
            await client.get("/")
    assert caught.value.exceptions == failed.exceptions


async def test_a_handler_of_the_users_wins(serve):
    app = FastTrackFramework(
        exception_handlers={ExceptionGroup: lambda *_: PlainTextResponse("many", 400)}
    )

    @app.get("/")
    async def index() -> None:
        raise ExceptionGroup("one", [MISSING])

    async with serve(app) as client:
        assert (await client.get("/")).text == "many"


async def test_a_websocket_is_closed_once(app, talk):
    @app.websocket("/ws")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        raise ExceptionGroup("many", [MISSING, MISSING])

    sent = await talk(app, "/ws")
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert (sent[1]["code"], sent[1]["reason"]) == (1008, "Ticket not found")


@dataclass  # whose instances are equal, and have no hash
class Answering:
    status: int

    def __call__(self, request, error) -> PlainTextResponse:
        return PlainTextResponse(str(error), self.status)


async def test_a_handler_may_be_an_object_without_a_hash(app, serve):
    app.add_exception_handler(SoldOutError, Answering(418))

    @app.get("/")
    async def index() -> None:
        raise ExceptionGroup("one", [SoldOutError("None left")])

    async with serve(app) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.text) == (418, "None left")
