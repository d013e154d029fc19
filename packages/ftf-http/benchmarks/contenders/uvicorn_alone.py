"""The server alone: an ASGI application that sends the answer of `scoped` and does nothing else."""

from starlette.types import Receive, Scope, Send

HEADERS = [(b"content-length", b"2"), (b"content-type", b"application/json")]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer any request."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS]})
    await send({"type": "http.response.body", "body": b"{}"})
