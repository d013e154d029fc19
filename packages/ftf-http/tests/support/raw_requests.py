"""Requests as a server hands them over, which httpx could not send."""

from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message

type Headers = tuple[tuple[bytes, bytes], ...]

HOST = (b"host", b"api.example.com")
JSON = (b"content-type", b"application/json")


@dataclass(frozen=True)
class Asked:
    """A request, as a server hands it over."""

    method: str = "POST"
    path: str = "/guarded/1"
    headers: Headers = (HOST, JSON)
    body: tuple[bytes, ...] = (b"{}",)
    scheme: str = "https"
    root_path: str = ""
    kind: str = "http"


@dataclass
class Answered:
    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)


async def ask(app: ASGIApp, asked: Asked) -> Answered:
    """What an application answers; an error that it raises after an answer is left out."""
    answered = Answered()
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": number < len(asked.body)}
        for number, part in enumerate(asked.body, 1)
    ]
    messages.append({"type": "http.disconnect"})
    if asked.kind == "websocket":
        messages = [
            {"type": "websocket.connect"},
            {"type": "websocket.disconnect", "code": 1000},
        ]
    heard = iter(messages)

    async def receive() -> Message:
        return next(heard)

    async def send(message: Message) -> None:
        if message["type"] == "websocket.close":
            answered.status = answered.status or message["code"]
        if "status" in message or message["type"] == "websocket.accept":
            answered.status = message.get("status", 101)
            answered.headers = dict(message["headers"])

    scope = {
        "type": asked.kind,
        "http_version": "1.1",
        "method": asked.method,
        "path": asked.path,
        "raw_path": asked.path.encode(),
        "root_path": asked.root_path,
        "query_string": b"",
        "headers": [*asked.headers],
        "scheme": asked.scheme,
        "client": ("203.0.113.7", 1),
        "server": ("127.0.0.1", 80),
    }
    if asked.kind == "websocket":
        scope |= {"scheme": {"https": "wss", "http": "ws"}[asked.scheme], "subprotocols": []}
        del scope["method"]
    await app(scope, receive, send)
    return answered
