"""Serve one contender, and tell what that costs: `python serve.py NAME LISTENER`."""

import importlib
import json
import resource
import socket
import sys
import time
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config, Server

PAGE = resource.getpagesize()


class Measured:
    """Answers `/cost` with the CPU seconds and resident bytes of this process.

    Args:
        app: What is measured.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] != "/cost":
            await self.app(scope, receive, send)
            return
        body = json.dumps({"cpu": time.process_time(), "resident": resident_bytes()}).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def resident_bytes() -> int:
    """Tell how much memory this process takes, where Linux says so."""
    counts = Path("/proc/self/statm")
    return int(counts.read_text().split()[1]) * PAGE if counts.exists() else 0


if __name__ == "__main__":
    name, listener = sys.argv[1:]
    app = importlib.import_module(f"contenders.{name}").app
    config = Config(Measured(app), log_level="warning", access_log=False, timeout_keep_alive=3600)
    Server(config).run([socket.socket(fileno=int(listener))])
