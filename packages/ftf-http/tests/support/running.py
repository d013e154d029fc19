"""A real server in the event loop of a test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from uvicorn import Config, Server


@asynccontextmanager
async def running(app, http: Literal["h11", "httptools"] = "h11") -> AsyncIterator[int]:
    """The port of a server that is started and stopped around it.

    Args:
        app: The application.
        http: The implementation of HTTP in uvicorn.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = Config(app, http=http, log_level="critical", ws="websockets-sansio", lifespan="on")
        server = Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not (server.started or serving.done()):  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving
