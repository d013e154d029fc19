"""An application that a test stops while it answers, served by a process of its own."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse
from uvicorn import Config, Server

from ftf.http import Draining, FastTrackFramework, Injected


class Session:
    pass


async def open_session() -> AsyncIterator[Session]:
    try:
        yield Session()
    finally:
        print("session closed", flush=True)  # noqa: T201  # read by the test


app = FastTrackFramework(shutdown_delay=600)
app.register(Session, open_session, scope="scoped")


@app.get("/events")
async def events(session: Injected[Session]) -> StreamingResponse:
    async def beats() -> AsyncIterator[str]:
        yield "data: beat\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(beats(), media_type="text/event-stream")


@app.get("/long")
async def long(session: Injected[Session], draining: Injected[Draining]) -> str:
    await draining.wait()
    await asyncio.sleep(0.2)
    return "finished"


if __name__ == "__main__":
    listener = socket.socket(fileno=int(sys.argv[1]))
    Server(Config(app, log_level="warning")).run([listener])
