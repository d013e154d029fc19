"""Bodies, errors, contexts and cancellation, on plain FastAPI and on this package alike."""

import asyncio
import json
from contextvars import ContextVar

import pytest
import trio
from differential.description import Ask
from differential.exchange import ask
from differential.pair import ours, same
from fastapi import (
    APIRouter,
    BackgroundTasks,
    Cookie,
    Depends,
    Header,
    HTTPException,
    Query,
    Request,
    Response,
)
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import BaseModel

JSON = (b"content-type", b"application/json")
ORIGIN = (b"origin", b"https://a.example")
context: ContextVar[str] = ContextVar("context", default="unset")


class Item(BaseModel):
    name: str
    size: int


async def test_path_12_a_client_that_leaves_within_its_body_is_answered_as_on_fastapi():
    def build(app, log) -> None:
        @app.post("/item")
        async def item(item: Item) -> None:
            log.append(("item",))

        @app.post("/read")
        async def read(request: Request) -> int:
            log.append(("read",))
            return len(await request.body())

    leaving = {"method": "POST", "headers": (JSON,), "body": (b'{"name"',), "leaves": True}
    answers = await same(build, Ask("/item", **leaving), Ask("/read", **leaving))
    assert [answer.log for answer in answers] == [(), (("read",),)]


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "%s", "size": 3}' % (b"n" * 10_000_000),
        b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"name": "a", "name": "b", "size": 1, "size": 2}',
        b'\xef\xbb\xbf{"name": "a", "size": 1}',
        '{"name": "a", "size": 1}'.encode("utf-16"),
    ],
    ids=["ten megabytes", "nested", "keys twice", "byte order mark", "UTF-16"],
)
async def test_path_12_odd_bodies_are_read_as_on_fastapi(content):
    def build(app, log) -> None:
        async def again(request: Request) -> None:
            log.append((len(await request.body()),))

        @app.post("/", dependencies=[Depends(again)])
        async def show(item: Item, request: Request) -> str:
            log.append((len(await request.body()),))
            return item.name[:10]

    half = len(content) // 2
    await same(build, Ask("/", "POST", headers=(JSON,), body=(content[:half], content[half:])))


async def test_path_13_several_errors_have_fastapi_s_order():
    def build(app, log) -> None:
        async def first(q: int, tag: int) -> None: ...

        async def second(inner: str = Depends(first), x_second: int = Header()) -> None: ...

        @app.post("/{number}", dependencies=[Depends(second)])
        async def show(number: int, item: Item, c: int = Cookie(), p: int = Query()) -> None:
            log.append(("called",))

    (answer,) = await same(build, Ask("/x", "POST", b"q=x", headers=(JSON,), body=(b"{}",)))
    assert [[*fault["loc"]] for fault in json.loads(answer.body)["detail"]] == [
        ["query", "q"],
        ["query", "tag"],
        ["header", "x-second"],
        ["path", "number"],
        ["query", "p"],
        ["cookie", "c"],
        ["body", "name"],
        ["body", "size"],
    ]


@pytest.mark.parametrize(
    "key", [404, 405, 418, 500, HTTPException, RequestValidationError, LookupError, Exception]
)
async def test_path_13_handlers_of_users_answer_as_on_fastapi(key):
    def build(app, log) -> None:
        @app.exception_handler(key)
        def answer(request: Request, error: Exception) -> Response:
            log.append(("handled", type(error).__name__))
            return PlainTextResponse("handled", getattr(error, "status_code", 499))

        @app.get("/teapot")
        async def teapot() -> None:
            raise HTTPException(418, headers={"x-own": "1"})

        @app.get("/lookup")
        def lookup() -> None:
            raise KeyError("key")

        @app.get("/crash")
        async def crash(q: int = 0) -> None:
            raise RuntimeError("crashed")

    paths = ("/teapot", "/lookup", "/crash", "/nothing", "/teapot/")
    wrong = Ask("/crash", query=b"q=x"), Ask("/teapot", "POST")
    await same(build, *map(Ask, paths), *wrong)


async def test_path_17_a_handler_knows_its_place_as_on_fastapi():
    def build(app, log) -> None:
        inner, mounted = APIRouter(), APIRouter()

        @inner.get("/items/{number}", name="item")
        async def item(number: int, request: Request) -> dict[str, object]:
            scope = request.scope
            return {
                "url": str(request.url_for("item", number=4)),
                "route": scope["route"].path,
                "endpoint": scope["endpoint"].__name__,
                "parameters": request.path_params,
                "app": request.app is scope["app"],
                "root": scope["root_path"],
            }

        mounted.include_router(inner, prefix="/v2")
        app.include_router(inner, prefix="/v1")
        app.mount("/mounted", mounted)

    await same(build, Ask("/v1/items/3"), Ask("/v1/items/3", root_path="/root"))
    await same(build, Ask("/mounted/v2/items/3"))


async def test_path_17_contexts_and_tasks_are_as_on_fastapi():
    def build(app, log) -> None:
        tasks: list[object] = []

        async def dependency() -> str:
            tasks[:] = [asyncio.current_task()]
            context.set("set by a dependency")
            return context.get()

        @app.get("/async")
        async def show(background: BackgroundTasks, d: str = Depends(dependency)) -> list[object]:
            background.add_task(lambda: log.append((context.get(),)))
            context.set("set by the handler")
            return [d, asyncio.current_task() is tasks[0]]

        @app.get("/thread")
        def in_thread(d: str = Depends(dependency)) -> str:
            return context.get()

    answers = await same(build, Ask("/async"), Ask("/thread"), Ask("/async"))
    assert answers[0].body == b'["set by a dependency",true]'


async def test_path_18_a_request_that_is_cancelled_closes_what_it_opened():
    log: list[str] = []

    async def opened():
        log.append("opened")
        try:
            yield
        finally:
            log.append("closed")

    app = ours()

    @app.get("/")
    async def show(number: int, o: None = Depends(opened)) -> StreamingResponse:
        log.append("called")
        await asyncio.sleep(0)
        return StreamingResponse(iter(["one", "two"]))

    ended = set()
    for steps in range(60):
        log.clear()
        task = asyncio.ensure_future(ask(app, Ask("/", query=b"number=1"), []))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        (result,) = await asyncio.gather(task, return_exceptions=True)
        ended.add(type(result).__name__)
        assert log.count("opened") == log.count("closed")
        assert log.count("called") <= 1
    assert ended == {"Answered", "CancelledError"}


def test_path_18_an_application_serves_in_one_loop_after_another():
    app = ours()

    @app.get("/async")
    async def show(q: int = 1) -> int:
        return q

    @app.get("/thread")
    def in_thread(q: int = 1) -> int:
        return q

    async def bodies() -> list[bytes]:
        return [(await ask(app, Ask(path), [])).body for path in ("/async", "/thread")]

    assert [asyncio.run(bodies()) for _ in range(2)] == [[b"1", b"1"]] * 2

    async def on_trio() -> list[dict[str, object]]:
        sent: list[dict[str, object]] = []

        async def send(message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/async", "headers": []}
        await app(scope | {"query_string": b"q=2"}, trio.sleep_forever, send)
        return sent

    assert trio.run(on_trio)[1]["body"] == b"2"
