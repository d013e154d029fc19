"""What replaces FastAPI's functions to see requests pass sees those of every route."""

import functools
from contextlib import AsyncExitStack

import pytest
from fastapi import Request, routing
from fastapi.dependencies.utils import get_dependant, solve_dependencies
from starlette.requests import HTTPConnection

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
