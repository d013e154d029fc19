"""JSON bodies: a plan reads them from the ASGI messages, and FastAPI answers what is unusual."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

import pytest
from fastapi import Body, Depends, FastAPI, File, Form, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.exceptions import HTTPException
from ways import unplanned

from ftf.container import Scope
from ftf.http import FastTrackFramework, Injected
from ftf.http.types import Id, Line


class Item(BaseModel):
    name: str = Field(max_length=5)
    price: float = 0.5
    tags: list[str] = []


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    number: int
    place: tuple[int, int] = (0, 0)


class Node(BaseModel):
    below: "Node | None" = None


def posting(annotation, default=...):
    def build(app) -> None:
        if default is ...:

            @app.post("/")
            async def post(value: annotation) -> object:
                return repr(value)

        else:

            @app.post("/")
            async def post(value: annotation = default) -> object:
                return repr(value)

    return build


JSON = "application/json"
BODIES = [
    (b'{"name": "a"}', JSON),
    (b'{"name": "a", "price": "2"}', JSON),
    (b'{"name": "too long"}', JSON),
    (b'{"name": "a", "name": "b"}', JSON),
    (b'{"name": "a", "price": NaN}', JSON),
    (b'{"name": "a", "price": Infinity}', JSON),
    (b"\xef\xbb\xbf" + b'{"name": "a"}', JSON),
    ('{"name": "ä"}'.encode("utf-16"), JSON),
    ('{"name": "ä"}'.encode("latin-1"), JSON),
    (b'{"name": "\\ud800"}', JSON),
    (b'{"name": "a"', JSON),
    (b"[" * 3_000, JSON),
    (b'{"name": "a", "price": ' + b"1" * 5_000 + b"}", JSON),
    (b"", JSON),
    (b"null", JSON),
    (b"3", JSON),
    (b'"text"', JSON),
    (b"[1, 2]", JSON),
    (b'{"number": 1, "place": [1, 2]}', JSON),
    (b'{"number": "1"}', JSON),
    (b'{"number": 1, "more": 2}', JSON),
    (b'{"below": {"below": null}}', JSON),
    (b'{"name": "a"}', "application/json; charset=latin-1"),
    (b'{"name": "a"}', "application/vnd.api+json"),
    (b'{"name": "a"}', "APPLICATION/JSON"),
    (b'{"name": "a"}', "application/geo+json-seq"),
    (b'{"name": "a"}', "text/plain"),
    (b'{"name": "a"}', "json"),
    (b'{"name": "a"}', ""),
    (b'{"name": "a"}', None),
    (b"name=a", "application/x-www-form-urlencoded"),
]


@pytest.mark.parametrize(
    "annotation",
    [
        Item,
        Strict,
        Node,
        Annotated[int, Body()],
        Annotated[str | None, Body()],
        list[int],
        dict[str, float],
        Annotated[bytes, Body()],
        Item | Strict,
        Annotated[Item, Body(alias="other")],
    ],
)
async def test_path_12_a_body_has_fastapi_s_value(same, annotation):
    requests = [
        (
            "POST",
            "/",
            {"content": content, "headers": {} if kind is None else {"content-type": kind}},
        )
        for content, kind in BODIES
    ]
    # FastAPI has no response that quotes NaN or a lone surrogate.
    await same(posting(annotation), *requests, plain=unplanned)


@pytest.mark.parametrize("default", [None, Item(name="d")])
async def test_path_12_a_body_can_be_missing(same, default):
    requests = [
        ("POST", "/", options)
        for options in ({}, {"json": {"name": "a"}}, {"content": b"null"}, {"json": None})
    ]
    await same(posting(Item | None, default), *requests)


@pytest.mark.parametrize(
    "body",
    [
        {"item": {"name": "a"}, "count": 2},
        {"item": {"name": "a"}},
        {"item": None, "count": 2},
        {"item": {"name": "a"}, "count": None},
        {"item": {"name": "too long"}, "count": "x"},
        {"count": 2},
        [1],
        None,
        {},
    ],
)
async def test_path_12_several_bodies_and_embedded_ones(same, body):
    def build(app) -> None:
        @app.post("/several")
        async def several(
            item: Item, count: Annotated[int, Body(ge=1)] = 1, note: Annotated[str, Body()] = "n"
        ) -> list[object]:
            return [repr(item), count, note]

        @app.post("/embedded")
        async def embedded(item: Annotated[Item, Body(embed=True)], q: int = 1) -> list[object]:
            return [repr(item), q]

    await same(build, ("POST", "/several", {"json": body}), ("POST", "/embedded", {"json": body}))


async def test_path_12_forms_and_files_are_left_to_fastapi(same):
    def build(app) -> None:
        @app.post("/form")
        async def form(name: Annotated[str, Form()], count: Annotated[int, Form()] = 1) -> str:
            return name * count

        @app.post("/model")
        async def model(item: Annotated[Item, Form()]) -> str:
            return item.name

        @app.post("/file")
        async def file(file: Annotated[UploadFile, File()]) -> int | None:
            return file.size

    data = {"name": "a", "count": "2"}
    await same(
        build,
        ("POST", "/form", {"data": data}),
        ("POST", "/model", {"data": data}),
        ("POST", "/file", {"files": {"file": b"abc"}}),
        ways={"it reads a form"},
    )


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


async def test_path_12_a_dependency_that_reads_a_body_is_left_to_fastapi(same):
    def build(app) -> None:
        async def name(item: Item) -> str:
            return item.name

        @app.post("/")
        async def post(name: Annotated[str, Depends(name)]) -> str:
            return name

    request = ("POST", "/", {"json": {"name": "a"}})
    await same(build, request, ways={"the dependency name reads the body"})


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


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]


async def test_path_12_a_body_with_a_discriminator(same):
    annotation = Annotated[Cat | Dog, Body(discriminator="kind")]
    await same(
        posting(annotation),
        *[
            ("POST", "/", {"json": body})
            for body in ({"kind": "cat"}, {"kind": "dog"}, {"kind": 1})
        ],
    )


class Undefined(BaseModel):
    below: "Nothing"  # noqa: F821  # the point


class Deferred(BaseModel):
    model_config = ConfigDict(defer_build=True)
    number: int = 1


@pytest.mark.parametrize("annotation", [Undefined, Deferred])
async def test_path_12_a_type_that_is_not_fully_defined_is_left_to_fastapi(same, annotation):
    ways = {"the type of 'value' is not fully defined"}
    await same(posting(annotation), ("POST", "/", {"json": {}}), ways=ways)


class Own(BaseModel):
    def __init__(self, **values: object) -> None:
        super().__init__(**values)


class Noted(BaseModel):
    def model_post_init(self, _: object) -> None:
        """Note something."""


class Made(BaseModel):
    number: int = Field(default_factory=lambda: 3)
    others: list[int] = Field(default_factory=list)


@dataclass
class Point:
    x: int = 1

    def __post_init__(self) -> None:
        """Note something."""


class Sizes(Enum):
    SMALL = 1

    @classmethod
    def _missing_(cls, _: object) -> "Sizes":
        return cls.SMALL


class Sized(BaseModel):
    size: Sizes = Sizes.SMALL


@pytest.mark.parametrize("annotation", [Own, Noted, Made, Point, Sized])
async def test_path_13_what_may_read_a_context_is_left_to_fastapi(same, annotation):
    def build(app) -> None:
        async def nothing() -> None: ...

        @app.post("/", dependencies=[Depends(nothing)])
        async def post(value: annotation) -> str:
            return repr(value)

    reason = "a validator may need what a dependency has set"
    await same(build, ("POST", "/", {"json": {}}), ways={reason})


class Parts(NamedTuple):
    x: int = 1


@dataclass
class Plain:
    x: int = 1
    made: list[UUID] = field(default_factory=list)


@pytest.mark.parametrize("annotation", [Item, Node, Cat, Plain, Annotated[Parts, Body()]])
async def test_path_13_what_only_pydantic_validates_is_planned(same, annotation):
    def build(app) -> None:
        async def nothing() -> None: ...

        @app.post("/", dependencies=[Depends(nothing)])
        async def post(value: annotation) -> str:
            return repr(value)

    await same(
        build, *[("POST", "/", {"json": body}) for body in ({}, {"name": "a"}, {"x": 2}, [3])]
    )


async def test_path_13_validators_of_our_types_read_no_context(same):
    def build(app) -> None:
        async def nothing() -> None: ...

        @app.post("/{key}", dependencies=[Depends(nothing)])
        async def post(key: Id, line: Annotated[Line, Body(embed=True)]) -> str:
            return f"{key} {line}"

    bodies = [{"line": "a"}, {"line": "a\nb"}, {}]
    await same(build, *[("POST", f"/{key}", {"json": body}) for key in "1x" for body in bodies])


async def test_path_13_validators_run_after_the_dependencies(same):
    """A validator may need what a dependency has set."""
    tenant: ContextVar[str] = ContextVar("tenant", default="none")

    class Owned(BaseModel):
        name: str

        @model_validator(mode="after")
        def check(self):
            if self.name != tenant.get():
                raise ValueError(tenant.get())
            return self

    def build(app) -> None:
        async def set_tenant(name: Annotated[str, Query()]) -> None:
            tenant.set(name)

        @app.post("/", dependencies=[Depends(set_tenant)])
        async def post(owned: Owned) -> str:
            return owned.name

    await same(
        build,
        ("POST", "/?name=a", {"json": {"name": "a"}}),
        ("POST", "/?name=b", {"json": {"name": "a"}}),
        ways={"a validator may need what a dependency has set"},
    )
