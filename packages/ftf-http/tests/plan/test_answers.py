"""Responses: what a plan writes is what FastAPI sends."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from inspect import Signature
from typing import Annotated

import pytest
from fastapi import BackgroundTasks, HTTPException, Response
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from pydantic import BaseModel, ConfigDict, Field, computed_field, field_serializer
from starlette.background import BackgroundTask


class Box(BaseModel):
    model_config = ConfigDict(validate_by_name=True)
    size: int = 1
    colour: str = Field("red", alias="color")
    label: str | None = None
    ratio: float = 0.5

    @computed_field
    def double(self) -> int:
        return self.size * 2

    @field_serializer("ratio")
    def percent(self, ratio: float) -> str:
        return f"{ratio:.0%}"


class BigBox(Box):
    weight: str = "hidden"


@dataclass
class Point:
    x: int
    y: float = 0.5


class Tiled:
    """Has the attributes of a `Box`, and is none."""

    size, colour, label, ratio = 3, "blue", "l", 0.25


NO_PARAMETERS = Signature()


OPTIONS = [
    {},
    {"response_model_include": {"size", "colour"}},
    {"response_model_include": ["size", "label"]},
    {"response_model_include": {"size": True, "nested": {"name"}}},
    {"response_model_exclude": {"size"}},
    {"response_model_exclude": ("size",)},
    {"response_model_exclude": {"size": ..., 0: {"label"}}},
    {"response_model_by_alias": False},
    {"response_model_exclude_unset": True},
    {"response_model_exclude_defaults": True},
    {"response_model_exclude_none": True},
    {"status_code": 201},
    {"status_code": 204, "response_model": None},
    {"status_code": 205, "response_model": None},
    {"status_code": 304, "response_model": None},
    {"response_class": JSONResponse},
    {"response_class": HTMLResponse, "response_model": None},
]


RESULTS = {
    "model": Box(size=2),
    "subclass": BigBox(size=2),
    "attributes": Tiled(),
    "dict": {"size": 3, "color": "blue"},
    "text": "plain",
    "not valid": {"size": "many"},
    "nothing": None,
    "not JSON": float("nan"),
    "set": {1, 2},
    "point": Point(1),
    "bytes": b"\xff",
    "surrogate": "\ud800",
}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "annotation", [Box, None, dict, Box | None, list[Box], Annotated[object, 1]]
)
async def test_path_14_a_result_is_written_like_fastapi_does(same, options, annotation):
    if "response_model" in options and annotation is not None:
        return

    def build(app) -> None:
        for name, result in RESULTS.items():

            async def returning(result=result):
                return result

            def returning_in_thread(result=result):
                return result

            for path, handler in ((f"/{name}", returning), (f"/def/{name}", returning_in_thread)):
                handler.__signature__ = NO_PARAMETERS
                handler.__annotations__ = {}
                app.get(path, **({"response_model": annotation} | options))(handler)

    await same(build, *[("GET", f"{way}/{name}") for name in RESULTS for way in ("", "/def")])


async def test_path_14_a_response_object_is_sent_as_it_is(same, tmp_path):
    file = tmp_path / "file.txt"
    file.write_text("text")

    async def chunks() -> AsyncIterator[str]:
        yield "a"
        yield "b"

    responses = {
        "/text": lambda: PlainTextResponse("ä", 202, {"x-own": "1"}),
        "/json": lambda: JSONResponse({"a": 1}),
        "/empty": lambda: Response(status_code=204),
        "/redirect": lambda: RedirectResponse("/text"),
        "/stream": lambda: StreamingResponse(chunks()),
        "/file": lambda: FileResponse(file, headers={"etag": "e", "last-modified": "l"}),
    }

    def build(app) -> None:
        for path, make in responses.items():

            async def show(make=make) -> Response:
                return make()

            show.__signature__ = NO_PARAMETERS
            app.get(path)(show)

    options = {"follow_redirects": False}
    await same(build, *[("GET", path, options) for path in responses], ("HEAD", "/text"))


async def test_path_14_generators_are_left_to_fastapi(same):
    pytest.importorskip("fastapi.sse", reason="this FastAPI has no streams that are yielded")

    def build(app) -> None:
        @app.get("/async")
        async def lines() -> AsyncIterator[int]:
            yield 1
            yield 2

        @app.get("/def", response_class=StreamingResponse)
        def parts() -> Iterator[str]:
            yield "a"

    await same(build, ("GET", "/async"), ("GET", "/def"), ways={"its handler has `yield`"})


async def test_path_14_background_tasks_run_after_the_response(same):
    done: list[str] = []

    def build(app) -> None:
        @app.get("/own")
        async def own(tasks: BackgroundTasks) -> Response:
            tasks.add_task(done.append, "not run: the response has its own")
            return Response("", background=BackgroundTask(done.append, "own"))

        @app.get("/failing")
        async def failing(tasks: BackgroundTasks) -> str:
            tasks.add_task(int, "x")
            return "sent"

    answers = await same(build, ("GET", "/own"), ("GET", "/failing"))
    assert done == ["own"] * 2
    assert answers[1].json() == "sent"


async def test_path_14_a_status_of_the_handler_is_kept(same):
    def build(app) -> None:
        @app.get("/", status_code=201)
        async def show(response: Response, status: int = 0) -> str:
            response.headers["x-own"] = "1"
            response.set_cookie("a", "b")
            if status:
                response.status_code = status
            return "text"

    await same(build, *[("GET", f"/?status={status}") for status in (0, 202, 204, 205)])


async def test_path_14_the_default_response_class_is_kept(same):
    def build(app) -> None:
        app.router.default_response_class = PlainTextResponse

        @app.get("/")
        async def show() -> str:
            return "text"

    await same(build, ("GET", "/"))


async def test_path_13_a_handler_is_never_called_twice(same):
    calls: list[str] = []

    def build(app) -> None:
        @app.get("/")
        async def show() -> Box:
            calls.append("async")
            return 3  # type: ignore[return-value]  # the point

        @app.get("/def")
        def show_in_thread() -> Box:
            calls.append("def")
            return 3  # type: ignore[return-value]  # the point

        @app.get("/raising")
        async def raising(q: int) -> Box:
            calls.append("raising")
            raise HTTPException(418, "no")

    await same(build, ("GET", "/"), ("GET", "/def"), ("GET", "/raising?q=1"), ("GET", "/raising"))
    assert calls == ["async", "def", "raising"] * 2
