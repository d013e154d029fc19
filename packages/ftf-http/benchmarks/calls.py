"""Requests to an application in this process, by its ASGI interface."""

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rows import Row
from starlette.types import ASGIApp, Message, Scope


def scope_of(row: Row, place: str = "") -> Scope:
    """Return the ASGI scope of a request.

    Args:
        row: The request.
        place: The prefix of its path.
    """
    path = f"{place}/{row.name}{row.rest}"
    headers = [(b"host", b"localhost"), (b"accept", b"*/*"), (b"user-agent", b"benchmark")]
    if row.body:
        length = str(len(row.body)).encode()
        headers += [(b"content-type", b"application/json"), (b"content-length", length)]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": row.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": row.query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


async def call(app: ASGIApp, scope: Scope, body: bytes, number: int) -> None:
    """Make requests, one after the other."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None: ...

    for _ in range(number):
        await app({**scope, "headers": [*scope["headers"]], "state": {}}, receive, send)


async def cost(app: ASGIApp, scope: Scope, body: bytes, number: int) -> float:
    """Make requests, and return the CPU seconds of one."""
    gc.collect()
    gc.disable()
    try:
        before = time.process_time()
        await call(app, scope, body, number)
        return (time.process_time() - before) / number
    finally:
        gc.enable()


async def check(app: ASGIApp, row: Row, place: str = "") -> None:
    """Make a request.

    Raises:
        ValueError: It is not answered as the row says.
    """
    sent: list[Any] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": row.body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app({**scope_of(row, place), "state": {}}, receive, send)
    status, body = sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
    if status not in {200, 201} or json.loads(body) != row.answer:
        raise ValueError(f"{place}/{row.name} is answered {status} {body!r}.")


@asynccontextmanager
async def started(app: ASGIApp) -> AsyncIterator[None]:
    """Run the lifespan of an application around a block."""
    incoming: asyncio.Queue[Message] = asyncio.Queue()
    outgoing: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.create_task(app(scope, incoming.get, outgoing.put))  # type: ignore[arg-type]  # a coroutine
    await incoming.put({"type": "lifespan.startup"})
    await outgoing.get()
    yield
    await incoming.put({"type": "lifespan.shutdown"})
    await outgoing.get()
    await task
