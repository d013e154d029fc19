"""A real server, real sockets and clients that behave badly."""

import asyncio
import gc
import signal
import socket
import sys
import weakref
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from httpx import AsyncClient
from running import running
from units_of_work import RecordingUnit
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected


class Session: ...


@pytest.fixture
def closed() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
def app(log, closed):
    async def open_session() -> AsyncIterator[Session]:
        try:
            yield Session()
        finally:
            await asyncio.sleep(0)
            log.append("closed")
            closed.set()

    app = FastTrackFramework()
    app.register(Session, open_session, scope="scoped")
    return app


async def request(port: int, path: str) -> tuple[StreamReader, StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: test\r\n\r\n".encode())
    await writer.drain()
    return reader, writer


async def test_edge_9_a_client_that_leaves_mid_stream_ends_it_without_a_commit(app, log, closed):
    @app.get("/")
    async def stream(session: Injected[Session], units: Injected[UnitsOfWork]) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            units.add(RecordingUnit(log))
            while True:
                yield "line\n"
                await asyncio.sleep(0)

        return StreamingResponse(lines())

    async with running(app) as port, asyncio.timeout(60):
        reader, writer = await request(port, "/")
        assert b"200 OK" in await reader.readuntil(b"line")
        writer.transport.abort()
        await closed.wait()
    assert log == ["rollback", "closed"]


async def test_a_client_that_left_before_the_answer_gets_nothing_committed(app, log, closed):
    entered, left = asyncio.Event(), asyncio.Event()

    @app.get("/")
    async def slow(session: Injected[Session], units: Injected[UnitsOfWork]) -> str:
        units.add(RecordingUnit(log))
        entered.set()
        await left.wait()
        return "too late"

    async with running(app) as port, asyncio.timeout(60):
        _, writer = await request(port, "/")
        await entered.wait()
        writer.transport.abort()
        async with AsyncClient() as client:  # a round trip, after which the server knows
            await client.get(f"http://127.0.0.1:{port}/health")
        left.set()
        await closed.wait()
    assert log == ["rollback", "closed"]


async def test_a_client_that_reads_slowly_gets_everything_from_live_services(app, log):
    size, chunks = 2**16, 64

    @app.get("/")
    async def stream(session: Injected[Session]) -> StreamingResponse:
        async def lines() -> AsyncIterator[bytes]:
            for _ in range(chunks):
                assert log == []
                yield b"x" * size

        return StreamingResponse(lines(), headers={"content-length": str(size * chunks)})

    async with running(app) as port, asyncio.timeout(60):
        reader, writer = await request(port, "/")
        await reader.readuntil(b"\r\n\r\n")
        received = 0
        while received < size * chunks:
            received += len(await reader.read(4096))
            await asyncio.sleep(0)
        writer.close()
    assert log == ["closed"]


async def test_edge_13_200_requests_at_once_share_nothing_and_leave_nothing_behind(app, log):
    seen: weakref.WeakSet[Session] = weakref.WeakSet()
    number, together = 200, asyncio.Barrier(200)
    made = []

    @app.get("/")
    async def show(one: Injected[Session], two: Injected[Session]) -> bool:
        seen.add(one)
        await together.wait()
        made.append(len(seen))
        return one is two

    async with running(app) as port, asyncio.timeout(30):
        connections = await asyncio.gather(*(request(port, "/") for _ in range(number)))
        answers = await asyncio.gather(*(reader.readuntil(b"true") for reader, _ in connections))
        for _, writer in connections:
            writer.close()
    assert len(answers) == number
    assert max(made) == number
    assert log == ["closed"] * number
    gc.collect()
    assert len(seen) == 0


async def test_edge_11_a_websocket_is_closed_by_either_side(app, log, closed):
    codes = []

    @app.websocket("/echo")
    async def echo(socket: WebSocket, session: Injected[Session]) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect as left:
            codes.append(left.code)

    @app.websocket("/once")
    async def once(socket: WebSocket, session: Injected[Session]) -> None:
        await socket.accept()
        await socket.close(4000, "enough")

    async with running(app) as port, asyncio.timeout(60):
        async with connect(f"ws://127.0.0.1:{port}/echo") as client:
            await client.send("hello")
            assert await client.recv() == "hello"
            await client.close(4001)
        await closed.wait()
        async with connect(f"ws://127.0.0.1:{port}/once") as client:
            with pytest.raises(ConnectionClosed, match="4000") as caught:
                await client.recv()
    assert (codes, caught.value.rcvd.reason) == ([4001], "enough")
    assert log == ["closed"] * 2


async def test_edge_37_a_websocket_s_errors_reach_a_real_client(app, log):
    app.map_error(LookupError, 404, "Not Found")

    @app.websocket("/early")
    async def early(socket: WebSocket, session: Injected[Session]) -> None:
        raise LookupError("No such room")

    @app.websocket("/late")
    async def late(socket: WebSocket, session: Injected[Session]) -> None:
        await socket.accept()
        raise LookupError("No such room")

    async with running(app) as port, asyncio.timeout(60):
        with pytest.raises(InvalidStatus, match="404") as refused:
            await connect(f"ws://127.0.0.1:{port}/early")
        assert b'"detail":"No such room"' in refused.value.response.body
        async with connect(f"ws://127.0.0.1:{port}/late") as client:
            with pytest.raises(ConnectionClosed, match="No such room") as caught:
                await client.recv()
    assert caught.value.rcvd.code == 1008
    assert log == ["closed"] * 2


async def test_edge_39_a_500_of_a_real_server_shows_no_internals(app, log):
    @app.get("/")
    async def fail(session: Injected[Session]) -> None:
        raise RuntimeError("secret")

    async with running(app) as port, AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answer = await client.get("/", headers={"x-request-id": "abc"})
    assert answer.status_code == 500
    assert answer.json() == {
        "title": "Internal Server Error",
        "status": 500,
        "request_id": "abc",
    }
    assert log == ["closed"]


@asynccontextmanager
async def stopping() -> AsyncIterator[tuple[Process, int]]:
    """A server in a process of its own, where it can be told to stop, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number, port = listener.fileno(), listener.getsockname()[1]
        program = Path(__file__).with_name("support") / "stopping_app.py"
        server = await asyncio.create_subprocess_exec(
            *(sys.executable, program, str(number)), stdout=PIPE, pass_fds=[number]
        )
    try:
        yield server, port
    finally:
        if server.returncode is None:
            server.kill()
        await server.wait()


@pytest.mark.slow
async def test_edge_42_sigterm_with_an_open_stream_and_a_long_request():
    async with asyncio.timeout(120), stopping() as (server, port):
        url = f"http://127.0.0.1:{port}"
        async with AsyncClient(base_url=url, timeout=120) as client:
            assert (await client.get("/ready")).status_code == 200
            events, writer = await request(port, "/events")
            await events.readuntil(b"beat")
            long = asyncio.create_task(client.get("/long"))
            await client.get("/health")
            server.send_signal(signal.SIGTERM)
            while (ready := await client.get("/ready")).status_code == 200:
                pass
            assert ready.json()["detail"] == "The application is about to stop."
            server.send_signal(signal.SIGTERM)  # which ends the delay
            assert (await events.read()).endswith(b"\r\n0\r\n\r\n")
            writer.close()
            assert (await long).json() == "finished"
        written, _ = await server.communicate()
    assert written == b"session closed\n" * 2
    assert server.returncode == -signal.SIGTERM
