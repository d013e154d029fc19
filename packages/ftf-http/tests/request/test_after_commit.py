"""Listeners after the commit of a request."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import HTTPException
from fastapi.responses import PlainTextResponse

from ftf.container import UnitsOfWork
from ftf.container.events import Events, Listeners
from ftf.http import FastTrackFramework, Injected


class OrderPlaced: ...


class OrderPaid: ...


class Session:
    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def commit(self) -> None:
        self.log.append("commit")

    async def rollback(self) -> None:
        self.log.append("rollback")


class Letter:
    """A letter that takes until the test says so."""

    def __init__(self) -> None:
        self.begun, self.written = asyncio.Event(), asyncio.Event()


@pytest.fixture
def letter() -> Letter:
    letter = Letter()
    letter.written.set()
    return letter


@pytest.fixture
def app(log, letter) -> FastTrackFramework:
    async def open_session(units: UnitsOfWork) -> AsyncIterator[Session]:
        session = Session(log)
        units.add(session)
        try:
            yield session
        finally:
            log.append("closed")

    async def write_letter(event: OrderPlaced) -> None:
        letter.begun.set()
        await letter.written.wait()
        log.append("letter")

    def tell(event: OrderPaid) -> None:
        log.append("told")

    app = FastTrackFramework()
    app.container.register(Session, open_session, scope="scoped")
    on = Listeners.of(app.container)
    on.listen(OrderPlaced, write_letter, after_commit=True)
    on.listen(OrderPaid, tell, after_commit=True)

    @app.get("/{status}")
    async def place(
        status: int, session: Injected[Session], events: Injected[Events]
    ) -> PlainTextResponse:
        await events.dispatch(OrderPlaced())
        await events.dispatch(OrderPaid())
        if status == 409:
            raise HTTPException(409)
        return PlainTextResponse("", status)

    return app


def request_for(status: int) -> dict[str, object]:
    path = {"path": f"/{status}", "query_string": b"", "headers": []}
    return {"type": "http", "method": "GET", **path}


async def connected() -> dict[str, object]:
    return await asyncio.Event().wait()


@pytest.mark.parametrize("status", [200, 302])
async def test_listeners_run_after_the_commit_and_before_the_first_byte(app, log, status):
    async def send(message: dict[str, object]) -> None:
        log.append(message["type"])

    await app(request_for(status), connected, send)
    answer = ["http.response.start", "http.response.body"]
    assert log == ["commit", "letter", "told", *answer, "closed"]


@pytest.mark.parametrize("status", [400, 404, 409, 500])
async def test_listeners_do_not_run_after_an_error(app, log, serve, status):
    async with serve(app) as client:
        assert (await client.get(f"/{status}")).status_code == status
    assert log == ["rollback", "closed"]


async def test_a_client_that_leaves_during_a_listener_stops_none(app, log, letter):
    async def send(message: dict[str, object]) -> None:
        log.append(message["type"])

    letter.written.clear()
    serving = asyncio.create_task(app(request_for(200), connected, send))
    await letter.begun.wait()
    serving.cancel()  # what servers and BaseHTTPMiddleware do when the client leaves
    asyncio.get_running_loop().call_soon(letter.written.set)
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert log == ["commit", "letter", "told", "closed"]
