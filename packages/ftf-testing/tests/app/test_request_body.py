"""What an application receives of a body that it reads late, in several tasks, or never."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ftf.container import UnitsOfWork
from ftf.testing import LifespanManager


async def answer(send) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"ok"})


async def parts() -> AsyncIterator[bytes]:
    for part in (b"a", b"b"):
        await asyncio.sleep(0)
        yield part


async def test_a_cancelled_receive_loses_nothing(client_of):
    received = []

    async def app(scope, receive, send):
        for _ in range(2):
            watching = asyncio.create_task(receive())
            await asyncio.sleep(0)
            watching.cancel()
            await asyncio.wait([watching])
        received.extend([(await receive())["body"] for _ in range(3)])
        await answer(send)

    async with client_of(app) as client:
        assert (await client.post("/", content=parts())).text == "ok"
    assert received == [b"a", b"b", b""]


async def test_tasks_that_receive_at_once_take_turns(client_of):
    received = []

    async def app(scope, receive, send):
        received.extend(await asyncio.gather(receive(), receive(), receive()))
        await answer(send)

    async with client_of(app) as client:
        assert (await client.post("/", content=parts())).text == "ok"
    assert [message["body"] for message in received] == [b"a", b"b", b""]


async def test_a_client_that_leaves_while_its_body_is_read_is_a_disconnect(client_of):
    received, ended = [], asyncio.Event()

    async def silence() -> AsyncIterator[bytes]:
        try:
            await asyncio.Event().wait()
            yield b""
        finally:
            ended.set()

    async def app(scope, receive, send):
        received.append(await receive())
        received.append(await receive())

    async with client_of(app) as client:
        request = asyncio.create_task(client.post("/", content=silence()))
        for _ in range(10):
            await asyncio.sleep(0)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
    assert ended.is_set()
    assert received == [{"type": "http.disconnect"}] * 2


async def test_an_error_of_the_body_is_raised_where_it_is_received(client_of):
    async def broken() -> AsyncIterator[bytes]:
        yield b"a"
        raise ZeroDivisionError("broken")

    async def app(scope, receive, send):
        await receive()
        with pytest.raises(ZeroDivisionError, match="broken"):
            await receive()
        await answer(send)

    async with client_of(app) as client:
        assert (await client.post("/", content=broken())).text == "ok"


class Unit:
    settled = ""

    async def commit(self) -> None:
        self.settled += "committed "

    async def rollback(self) -> None:
        self.settled += "rolled back "


async def test_a_unit_of_work_is_settled_behind_a_body_that_nobody_has_read(client_of):
    http = pytest.importorskip("ftf.http")
    app, unit = http.FastTrackFramework(), Unit()

    @app.post("/")
    async def index(units: http.Injected[UnitsOfWork]) -> str:
        units.add(unit)
        return "ok"

    async with LifespanManager(app), client_of(app) as client:
        assert (await client.post("/", content=parts())).json() == "ok"
    assert unit.settled == "committed "
