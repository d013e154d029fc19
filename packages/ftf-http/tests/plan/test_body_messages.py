"""The messages of a body: in parts, late, limited, failed, and received again."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from posted_bodies import Item, posting
from starlette.exceptions import HTTPException

from ftf.container import Scope
from ftf.http import FastTrackFramework, Injected

JSON = "application/json"


async def test_path_12_a_body_can_be_read_twice(same):
    def build(app) -> None:
        @app.post("/handler")
        async def handler(item: Item, request: Request) -> list[object]:
            return [item.name, len(await request.body()), await request.json()]

        async def length(request: Request) -> int:
            return len(await request.body())

        @app.post("/dependency")
        async def dependency(item: Item, length: Annotated[int, Depends(length)]) -> int:
            return length

        @app.post("/raw")
        async def raw(request: Request) -> int:
            return len(await request.body())

        @app.get("/get")
        async def get(item: Item) -> str:
            return item.name

    body = {"json": {"name": "a"}}
    await same(
        build,
        *[("POST", path, body) for path in ("/handler", "/dependency", "/raw")],
        ("GET", "/get", body),
    )


async def test_path_12_a_failed_request_can_be_read_by_its_handler(same):
    def build(app) -> None:
        @app.exception_handler(HTTPException)
        @app.exception_handler(RequestValidationError)
        async def answer(request: Request, error: Exception) -> PlainTextResponse:
            return PlainTextResponse(await request.body(), 418)

        @app.post("/")
        async def post(item: Item) -> None:
            raise HTTPException(400)

    await same(
        build,
        ("POST", "/", {"json": {"name": "a"}}),
        ("POST", "/", {"json": {"name": "too long"}}),
        ("POST", "/", {"content": b"{", "headers": {"content-type": JSON}}),
    )


class Sent:
    """The messages of a client, and what it gets."""

    def __init__(self, *messages: object) -> None:
        self.messages = list(messages)
        self.sent: list[dict[str, object]] = []

    async def receive(self) -> dict[str, object]:
        message = self.messages.pop(0)
        if isinstance(message, Exception):
            raise message
        return message

    async def send(self, message: dict[str, object]) -> None:
        self.sent.append(message)

    async def ask(self, app) -> list[object]:
        headers = [(b"content-type", JSON.encode())]
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b""}
        await app(scope | {"headers": headers}, self.receive, self.send)
        return [self.sent[0]["status"], self.sent[1]["body"], self.messages]


def chunk(body: bytes, *, more: bool = True) -> dict[str, object]:
    return {"type": "http.request", "body": body, "more_body": more}


GONE = {"type": "http.disconnect"}


@pytest.mark.parametrize(
    "messages",
    [
        [chunk(b'{"na'), chunk(b""), chunk(b'me": "a"}', more=False), GONE],
        [chunk(b'{"na'), chunk(b'me": "too long"}', more=False), GONE],
        [{"type": "http.request"}, GONE],
        [chunk(b'{"na'), GONE],
        [GONE],
        [chunk(b"{"), OSError("reset")],
        [OSError("reset")],
        [chunk(b"{"), HTTPException(413, "too large")],
    ],
)
async def test_path_12_a_body_comes_in_parts_or_not_at_all(messages):
    answers = []
    for app in (FastAPI(), FastTrackFramework(problem_details=False)):
        posting(Item)(app)
        answers.append(await Sent(*messages).ask(app))
    assert answers[0] == answers[1]


async def test_path_12_a_large_body_is_read(same):
    body = {"name": "a", "tags": ["x" * 1_000] * 1_000}
    (answer,) = await same(posting(Item), ("POST", "/", {"json": body}))
    assert answer.status_code == 200


async def test_path_12_a_limit_of_bodies_is_left_to_fastapi(serve):
    app = FastTrackFramework()
    try:
        app.post("/", max_body_size=10)(lambda: None)
    except TypeError:
        return  # this FastAPI has no limit
    (way,) = [way for way in app.ways() if way.path == "/"]
    assert way.reason == "it limits the size of bodies"


async def test_path_12_a_service_finds_the_body_that_the_plan_has_read(serve):
    app = FastTrackFramework()

    @app.post("/")
    async def post(item: Item, scope: Injected[Scope]) -> int:
        return len(await scope.resolve(Request).body())

    async with serve(app) as client:
        assert (await client.post("/", json={"name": "a"})).json() == len(b'{"name":"a"}')


async def test_path_12_a_body_that_a_service_has_read_can_be_read_by_a_handler_of_errors(serve):
    app = FastTrackFramework()

    @app.exception_handler(HTTPException)
    async def answer(request: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(await request.body(), 418)

    @app.post("/")
    async def post(item: Item, scope: Injected[Scope]) -> None:
        await scope.resolve(Request).body()
        raise HTTPException(400)

    async with serve(app) as client:
        assert (await client.post("/", json={"name": "a"})).content == b'{"name":"a"}'


async def test_path_12_what_follows_a_body_is_received_after_it():
    app, received = FastTrackFramework(), []

    @app.exception_handler(RequestValidationError)
    async def answer(request: Request, error: Exception) -> PlainTextResponse:
        received.append((await request.receive())["type"])
        return PlainTextResponse("", 418)

    posting(Item)(app)
    await Sent(chunk(b"[]", more=False), GONE).ask(app)
    assert received == ["http.disconnect"]
