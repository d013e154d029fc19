"""The short way from a request to a handler, which gives FastAPI's own answers."""

import contextlib
from typing import Annotated

import pytest
from fastapi import Cookie, Header, Query, Request
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from ftf.http import FastTrackFramework, Injected, NoRequestScopeError, Route


class Greeter: ...


@pytest.mark.parametrize(
    "path",
    [
        "/item/3?page=2&tags=a&tags=b",
        "/item/x?page=many",
        "/item/3?page=0",
        "/nothing",
        "/unlike",
        "/response",
        "/bare",
        "/trimmed",
        "/request",
    ],
)
async def test_a_short_way_gives_the_same_answer_as_fastapi_s(serve, path):
    answers = []
    for route_class in (Route, APIRoute):
        app = FastTrackFramework()
        app.router.route_class = route_class
        async with serve(with_routes(app)) as client:
            answers.append(
                await client.get(
                    path, headers={"x-token": "t", "cookie": "c=1", "x-request-id": "i"}
                )
            )
    short, fastapi_s = answers
    assert (short.status_code, short.content) == (fastapi_s.status_code, fastapi_s.content)
    assert short.headers == fastapi_s.headers


def with_routes(app: FastTrackFramework) -> FastTrackFramework:
    @app.get("/item/{number}")
    async def item(
        number: int,
        x_token: Annotated[str, Header()],
        c: Annotated[int, Cookie()],
        tags: Annotated[list[str], Query()],
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> dict[str, object]:
        return {"number": number, "token": x_token, "c": c, "tags": tags, "page": page}

    @app.get("/nothing", status_code=204)
    async def nothing() -> None: ...

    @app.get("/unlike")
    async def unlike() -> int:
        return "many"  # type: ignore[return-value]  # the point

    @app.get("/response")
    async def response() -> PlainTextResponse:
        return PlainTextResponse("text", 202)

    @app.get("/bare", response_model=None, status_code=201)
    async def bare():
        return {"pi": 3.14, "umlaut": "ä"}

    @app.get("/trimmed", response_model_exclude_none=True)
    async def trimmed() -> dict[str, int | None]:
        return {"one": 1, "none": None}

    @app.get("/request")
    async def request(request: Request, connection: HTTPConnection) -> bool:
        return request is connection

    return app


async def test_a_request_that_telemetry_follows_takes_fastapi_s_way():
    app = FastTrackFramework()

    @app.get("/")
    async def show(greeter: Injected[Greeter]) -> str: ...

    async def nothing(message) -> None: ...

    route = next(route for route in app.routes if getattr(route, "path", "") == "/")
    for telemetry, taken in ((None, False), ("following", True)):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        scope["fastapi.telemetry"] = telemetry
        with contextlib.suppress(NoRequestScopeError, AssertionError):  # neither way is complete
            await route.app(scope, None, nothing)
        assert ("fastapi_inner_astack" in scope) is taken
