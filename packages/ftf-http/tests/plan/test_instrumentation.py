"""What replaces FastAPI's functions to see requests pass sees those of every route."""

import functools
from contextlib import AsyncExitStack
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request, Response, routing
from fastapi.dependencies.utils import get_dependant, solve_dependencies
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.requests import HTTPConnection
from ways import ways_of

from ftf.http import FastTrackFramework, Injected, Router


class Greeter: ...


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def unseen(monkeypatch):
    """Let FastAPI's own way fail, without replacing a function that it looks up in its module."""

    def fail(*_, **__) -> None:
        raise AssertionError

    return lambda: monkeypatch.setattr("fastapi.dependencies.utils.request_params_to_args", fail)


@pytest.fixture
def watch(monkeypatch, seen):
    """Replace a function of FastAPI's, as instrumentation does."""

    def watched(name: str) -> list[str]:
        original = getattr(routing, name)

        @functools.wraps(original)
        def noting(*args, **kwargs):
            seen.append(name)
            return original(*args, **kwargs)

        monkeypatch.setattr(routing, name, noting)
        return seen

    return watched


def application():
    """An application with a route of its own and an included one."""
    app, router = FastTrackFramework(), Router()

    @app.get("/own")
    @router.get("/included")
    async def show(greeter: Injected[Greeter], q: int = 1) -> dict[str, int]:
        return {"q": q}

    app.include_router(router)
    return app


async def test_without_instrumentation_the_way_is_short(serve, unseen):
    async with serve(application()) as client:
        unseen()
        assert (await client.get("/own")).json() == {"q": 1}


FUNCTIONS = ["solve_dependencies", "run_endpoint_function", "serialize_response"]


@pytest.mark.parametrize("path", ["/own", "/included"])
@pytest.mark.parametrize("name", FUNCTIONS)
async def test_functions_that_were_replaced_before_are_called(serve, watch, path, name):
    seen = watch(name)
    async with serve(application()) as client:
        assert (await client.get(path)).json() == {"q": 1}
    assert seen == [name]


@pytest.mark.parametrize("path", ["/own", "/included"])
@pytest.mark.parametrize("name", FUNCTIONS)
async def test_functions_that_are_replaced_after_a_request_are_called(serve, watch, path, name):
    async with serve(application()) as client:
        assert (await client.get(path)).json() == {"q": 1}
        seen = watch(name)
        assert (await client.get(path)).json() == {"q": 1}
    assert seen == [name]


METHODS = [(Request, "__init__"), (Response, "__init__"), (Response, "__call__")]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_path_16_methods_that_are_replaced_are_called(serve, monkeypatch, seen, method, when):
    cls, name = method
    original = getattr(cls, name)

    @functools.wraps(original)
    def noting(*args, **kwargs):
        seen.append(name)
        return original(*args, **kwargs)

    async with serve(application()) as client:
        if when == "after":
            assert (await client.get("/own")).json() == {"q": 1}
        monkeypatch.setattr(cls, name, noting)
        assert (await client.get("/own")).json() == {"q": 1}
    assert name in seen


@pytest.mark.parametrize("path", ["/own", "/included"])
async def test_a_handler_s_wrapper_is_called(serve, monkeypatch, seen, path):
    """Sentry replaces the function that makes FastAPI's handlers."""
    original = routing.get_request_handler

    def get_request_handler(*args, **kwargs):
        handle = original(*args, **kwargs)

        async def wrapped(request: Request):
            seen.append(request.url.path)
            return await handle(request)

        return wrapped

    monkeypatch.setattr(routing, "get_request_handler", get_request_handler)
    async with serve(application()) as client:
        assert (await client.get(path)).json() == {"q": 1}
    assert seen == [path]


async def test_the_function_that_calls_handlers_is_called(serve, monkeypatch, seen):
    original = routing.request_response

    def request_response(handle):
        app = original(handle)

        async def wrapped(scope, receive, send) -> None:
            seen.append(scope["path"])
            await app(scope, receive, send)

        return wrapped

    monkeypatch.setattr(routing, "request_response", request_response)
    async with serve(application()) as client:
        for path in ("/own", "/included"):
            assert (await client.get(path)).json() == {"q": 1}
    assert seen == ["/own", "/included"]


async def test_a_handler_that_is_replaced_later_is_not_called(serve):
    app = FastTrackFramework()

    @app.get("/")
    async def show() -> str:
        return "first"

    async def other() -> str:
        return "second"

    route = next(route for route in app.routes if getattr(route, "path", "") == "/")
    async with serve(app) as client:
        assert (await client.get("/")).json() == "first"
        route.dependant.call = other
        assert (await client.get("/")).json() == "second"


async def test_path_16_a_handler_that_is_replaced_before_it_is_called(serve):
    """FastAPI awaits what replaces an async handler, and has decided that before."""
    app = FastTrackFramework()

    @app.get("/")
    async def show() -> str:
        return "first"

    async def second() -> str:
        return "second"

    def other():
        return second()

    route = next(route for route in app.routes if getattr(route, "path", "") == "/")
    route.dependant.call = other
    async with serve(app) as client:
        assert (await client.get("/")).json() == "second"
    assert ways_of(app) == {"/": "its handler was replaced"}


@pytest.mark.parametrize("excluded", [False, True])
async def test_path_16_telemetry_of_fastapi_records_what_it_records_of_fastapi(serve, excluded):
    pytest.importorskip("fastapi.telemetry", reason="this FastAPI has none")
    recorded = []
    for kind in (FastAPI, FastTrackFramework):
        spans = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(spans))
        telemetry = {"tracer_provider": provider, "exclude": lambda scope: excluded}
        app = kind(telemetry=telemetry)

        async def number(q: int = 1) -> int:
            return q

        @app.get("/{place}")
        async def show(place: str, number: Annotated[int, Depends(number)]) -> str:
            return place * number

        async with serve(app) as client:
            await client.get("/here?q=2")
            await client.get("/here?q=x")
        recorded.append(
            [
                (span.name, {key: span.attributes.get(key) for key in ATTRIBUTES})
                for span in spans.get_finished_spans()
            ]
        )
    assert recorded[0] == recorded[1]
    assert bool(recorded[0]) is not excluded


ATTRIBUTES = ("http.route", "http.response.status_code", "http.request.method")


@pytest.mark.parametrize("kind", [Request, HTTPConnection])
async def test_a_handler_can_solve_dependencies_itself(serve, kind):
    def wanted(q: int = 1) -> int:
        return q

    async def solve(request: kind) -> dict[str, int]:
        dependant = get_dependant(path="/", call=wanted)
        async with AsyncExitStack() as stack:
            solved = await solve_dependencies(
                request=request,
                dependant=dependant,
                async_exit_stack=stack,
                embed_body_fields=False,
            )
        return solved.values

    app, router = FastTrackFramework(), Router()
    app.get("/own")(solve)
    router.get("/included")(solve)
    app.include_router(router)
    async with serve(app) as client:
        for path in ("/own", "/included"):
            assert (await client.get(f"{path}?q=2")).json() == {"q": 2}
