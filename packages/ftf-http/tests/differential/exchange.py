"""A request to an application, and all that can be seen of the answer."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from differential.answers import context
from differential.description import Ask
from starlette.types import ASGIApp

OURS: Final = {
    b"x-request-id",
    b"x-content-type-options",
    b"x-frame-options",
    b"referrer-policy",
}
_PLACE: Final = r'File "[^"]*", line \d+, in \w+'


@dataclass(frozen=True)
class Answered:
    """What an application has sent, raised and done for one request."""

    status: int | None
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    complete: bool
    raised: str
    log: tuple[tuple[object, ...], ...]


async def ask(app: ASGIApp, request: Ask, log: list[tuple[object, ...]]) -> Answered:
    """Make a request."""
    log.clear()
    incoming = [*_incoming(request)]
    sent: list[Any] = []
    ended = asyncio.Event()

    async def receive() -> Any:
        if incoming:
            return incoming.pop(0)
        if not request.leaves:
            await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            ended.set()

    raised = ""
    context.set("set by the server")
    try:
        async with asyncio.timeout(60):
            await app(_scope(request), receive, send)
    except Exception as error:  # noqa: BLE001  # what is raised is compared
        # FastAPI names the function that it calls, which may be one around the handler. It keeps
        # names by the ids of functions, which may be those of an application that is gone.
        raised = re.sub(_PLACE, "", f"{type(error).__name__}: {error}")
    return _answered(sent, raised, log)


def _scope(request: Ask) -> dict[str, Any]:
    path = f"{request.root_path}{request.path}"
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "query_string": request.query,
        "root_path": request.root_path,
        "headers": [*request.headers],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
        "state": {},
    }


def _incoming(request: Ask) -> Sequence[dict[str, Any]]:
    parts = request.body or (b"",)
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": part, "more_body": True} for part in parts
    ]
    messages[-1]["more_body"] = request.leaves
    return messages


def _answered(sent: Sequence[Any], raised: str, log: Sequence[tuple[object, ...]]) -> Answered:
    starts = [message for message in sent if message["type"] == "http.response.start"]
    bodies = [message for message in sent if message["type"] == "http.response.body"]
    headers = starts[0]["headers"] if starts else ()
    return Answered(
        starts[0]["status"] if len(starts) == 1 else None,
        tuple((name, value) for name, value in headers if name not in OURS),
        b"".join(message.get("body", b"") for message in bodies),
        bool(bodies) and not bodies[-1].get("more_body"),
        raised,
        tuple(log),
    )
