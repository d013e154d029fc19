"""Results that are not valid: they are validated once, and the error names the handler."""

import functools
from contextvars import ContextVar
from typing import Annotated

import pytest
from fastapi import FastAPI, Request, Response, routing
from fastapi.exceptions import ResponseValidationError
from fastapi.responses import JSONResponse
from httpx import ASGITransport, AsyncClient
from pydantic import AfterValidator, BaseModel

from ftf.container import Scope
from ftf.http import FastTrackFramework, Injected


class Box(BaseModel):
    size: int = 1


class Handler:
    async def __call__(self) -> Box:
        return 3  # type: ignore[return-value]  # the point


async def test_path_14_an_object_that_handles_requests_may_give_an_invalid_answer(same):
    await same(lambda app: app.get("/", response_model=Box)(Handler()), ("GET", "/"))


def known_as(name: str):
    def decorate(function):
        @functools.wraps(function)
        async def call(**values: object) -> object:
            return await function(**values)

        call.__name__ = name
        return call

    return decorate


@pytest.mark.parametrize(
    ("decorate", "name"), [(lambda handler: handler, "show"), (known_as("other"), "other")]
)
async def test_path_14_an_answer_that_is_not_valid_says_where_its_handler_is(serve, decorate, name):
    app, errors = FastTrackFramework(problem_details=False), []

    async def note(_, error: Exception) -> Response:
        errors.append(str(error))
        return Response("failed", 500)

    async def show(number: int) -> Box:
        return number  # type: ignore[return-value]  # the point

    app.add_exception_handler(Exception, note)
    app.get("/{number}")(decorate(show))
    async with serve(app) as client:
        assert (await client.get("/1")).text == "failed"
    assert "GET /{number}" in errors[0]
    assert f'File "{__file__}", line ' in errors[0]
    assert f"in {name}" in errors[0]


async def test_an_injected_handler_of_an_invalid_answer_is_named(serve):
    app, errors = FastTrackFramework(problem_details=False), []

    async def note(_, error: Exception) -> Response:
        errors.append(str(error))
        return Response("failed", 500)

    @app.get("/")
    async def show(scope: Injected[Scope]) -> Box:
        return 3  # type: ignore[return-value]  # the point

    app.add_exception_handler(Exception, note)
    async with serve(app) as client:
        await client.get("/")
    assert f'File "{__file__}", line ' in errors[0]
    assert "in show" in errors[0]


async def test_path_17_a_validator_of_a_result_sees_the_context_of_the_request(same):
    variable: ContextVar[str] = ContextVar("variable", default="unset")

    def seen(value: str) -> str:
        return f"{value} {variable.get()}"

    def build(app) -> None:
        @app.get("/async")
        async def show() -> Annotated[str, AfterValidator(seen)]:
            variable.set("async")
            return "value"

        @app.get("/def")
        def show_in_thread() -> Annotated[str, AfterValidator(seen)]:
            variable.set("def")
            return "value"

    # The client calls the application in the task of the test.
    answers = await same(build, ("GET", "/async"), ("GET", "/def"))
    assert [answer.json() for answer in answers] == ["value async", "value async"]


async def test_path_13_a_result_is_validated_once(same):
    validated: list[str] = []

    def note(value: str) -> str:
        validated.append(value)
        return value

    def build(app) -> None:
        for options in ({}, {"response_class": JSONResponse}):
            name = "json" if options else "default"

            @app.get(f"/{name}/async", **options)
            async def show() -> Annotated[str, AfterValidator(note)]:
                return "async"

            @app.get(f"/{name}/def", **options)
            def show_in_thread() -> Annotated[str, AfterValidator(note)]:
                return "def"

            @app.get(f"/{name}/request", **options)
            def with_request(request: Request) -> Annotated[str, AfterValidator(note)]:
                return "request"

            @app.get(f"/{name}/response", **options)
            def with_response(response: Response) -> Annotated[str, AfterValidator(note)]:
                return "response"

    paths = ["async", "def", "request", "response"]
    await same(
        build, *[("GET", f"/{name}/{path}") for name in ("default", "json") for path in paths]
    )
    assert validated == paths * 4


@pytest.mark.parametrize("way", [FastAPI, FastTrackFramework])
async def test_an_answer_that_is_not_valid_names_its_handler(way, monkeypatch):
    # FastAPI keeps what it knows of a function by its id, which a function that is gone had before.
    monkeypatch.setattr(routing, "_endpoint_context_cache", {})
    app = way()

    @app.get("/box")
    async def pack() -> Box:
        return 3

    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        for _ in range(2):
            with pytest.raises(ResponseValidationError, match="GET /box") as caught:
                await client.get("/box")
            found = caught.value
            assert (found.endpoint_function, found.endpoint_file) == ("pack", __file__)
            assert found.endpoint_line == pack.__code__.co_firstlineno
