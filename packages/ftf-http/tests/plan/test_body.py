"""JSON bodies: a plan reads them with FastAPI's values, and leaves forms and the unusual to it."""

from typing import Annotated

import pytest
from fastapi import Body, Depends, File, Form, UploadFile
from posted_bodies import Item, Node, posting
from pydantic import BaseModel, ConfigDict
from ways import unplanned


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    number: int
    place: tuple[int, int] = (0, 0)


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


async def test_path_12_a_dependency_that_reads_a_body_is_left_to_fastapi(same):
    def build(app) -> None:
        async def name(item: Item) -> str:
            return item.name

        @app.post("/")
        async def post(name: Annotated[str, Depends(name)]) -> str:
            return name

    request = ("POST", "/", {"json": {"name": "a"}})
    await same(build, request, ways={"the dependency name reads the body"})
