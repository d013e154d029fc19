"""Faults that the comparison has to find: each answers a little differently than FastAPI."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

type Mutant = Callable[[ASGIApp], ASGIApp]


def of_scope(change: Callable[[Scope], object]) -> Mutant:
    """Return a fault that changes what the application is told of the request."""

    def around(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            change(scope)
            await app(scope, receive, send)

        return serve

    return around


def of_messages(change: Callable[[Message], object]) -> Mutant:
    """Return a fault that changes what the application sends."""

    def around(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            async def changed(message: Message) -> None:
                change(message)
                await send(message)

            await app(scope, receive, changed)

        return serve

    return around


def twice(app: ASGIApp) -> ASGIApp:
    """Call the application again after an answer, as a path that is repeated would."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def drop(message: Message) -> None: ...

        again = {**scope, "state": {}}
        await app(scope, receive, send)
        if scope["method"] == "GET":
            await app(again, receive, drop)

    return serve


def first_part(app: ASGIApp) -> ASGIApp:
    """Read only the first part of a body."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_once() -> Message:
            return {**await receive(), "more_body": False}

        await app(scope, receive_once, send)

    return serve


def _upper(scope: Scope) -> None:
    scope["method"] = scope["method"].upper()


def _single(scope: Scope) -> None:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    scope["query_string"] = urlencode(dict(pairs)).encode()


def _merged(scope: Scope) -> None:
    scope["path"] = re.sub("/+", "/", scope["path"])


def _as_json(scope: Scope) -> None:
    others = [header for header in scope["headers"] if header[0] != b"content-type"]
    scope["headers"] = [*others, (b"content-type", b"application/json")]


def _no_head(scope: Scope) -> None:
    scope["method"] = scope["method"].replace("HEAD", "GET")


def _one_cookie(message: Message) -> None:
    if "headers" in message:
        message["headers"] = [*dict(message["headers"]).items()]


def _as_400(message: Message) -> None:
    if message.get("status") == 422:
        message["status"] = 400


def _reversed(message: Message) -> None:
    if message.get("body", b"").startswith(b'{"detail":['):
        faults: dict[str, Any] = json.loads(message["body"])
        text = json.dumps({"detail": faults["detail"][::-1]}, separators=(",", ":"))
        message["body"] = text.encode()


def _sorted_vary(message: Message) -> None:
    for at, (name, value) in enumerate(message.get("headers", ())):
        if name == b"vary":
            message["headers"][at] = name, b", ".join(sorted(value.split(b", "), reverse=True))


MUTANTS: Final[Mapping[str, Mutant]] = {
    "calls the application twice": twice,
    "reads one part of the body": first_part,
    "takes methods in lower case": of_scope(_upper),
    "takes one of repeated query parameters": of_scope(_single),
    "merges slashes": of_scope(_merged),
    "reads every body as JSON": of_scope(_as_json),
    "answers HEAD like GET": of_scope(_no_head),
    "sends each header once": of_messages(_one_cookie),
    "answers 400 to what is not valid": of_messages(_as_400),
    "reverses the errors": of_messages(_reversed),
    "sorts `vary`": of_messages(_sorted_vary),
}
