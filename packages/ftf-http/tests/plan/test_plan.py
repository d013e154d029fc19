"""Plans of routes: they give the responses of FastAPI."""

import contextlib
from functools import partial
from inspect import Parameter, Signature, signature
from typing import Annotated

import pytest
from fastapi import Cookie, Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.routing import APIRoute, request_response
from fastapi.security import SecurityScopes
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from ftf.http import FastTrackFramework, Injected, Route, Router


class Greeter: ...


class Box(BaseModel):
    size: int = 1
    colour: str = Field("red", alias="color")
    label: str | None = None


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
        "/tenant",
        "/own-status",
        "/scopes",
        "/partial?number=3&suffix=!",
        "/partial?number=x",
        "/page",
        "/plain",
        "/unset",
        "/defaults",
        "/by-name",
        "/chosen",
        "/left-out",
    ],
)
@pytest.mark.parametrize("prefix", ["", "/{tenant}"])
async def test_a_short_way_gives_the_same_answer_as_fastapi_s(serve, path, prefix):
    headers = {"x-token": "t", "cookie": "c=1", "x-request-id": "i"}
    answers = []
    for route_class in (Route, APIRoute):
        app = FastTrackFramework()
        app.router.route_class = route_class
        if prefix:
            app.include_router(with_routes(Router(route_class=route_class)), prefix=prefix)
        else:
            with_routes(app)
        async with serve(app) as client:
            at = prefix.format(tenant="shop") + path
            answers.append(await client.get(at, headers=headers))
    short, fastapi_s = answers
    assert (short.status_code, short.content) == (fastapi_s.status_code, fastapi_s.content)
    assert short.headers == fastapi_s.headers


def with_routes[R: FastTrackFramework | Router](app: R) -> R:
    @app.get("/item/{number}")
    async def item(
        number: int,
        x_token: Annotated[str, Header()],
        c: Annotated[int, Cookie()],
        tags: Annotated[list[str], Query()],
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> dict[str, object]:
        return {"number": number, "token": x_token, "c": c, "tags": tags, "page": page}

    @app.get("/tenant")
    async def tenant(tenant: str = "none") -> str:
        return tenant

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

    @app.get("/request")
    async def request(request: Request, connection: HTTPConnection) -> bool:
        return request is connection

    return with_more_routes(app)


def with_more_routes[R: FastTrackFramework | Router](app: R) -> R:
    @app.get("/own-status")
    async def own_status(response: Response) -> str:
        response.status_code = 202
        return "accepted"

    async def part(number: int, suffix: str) -> str:
        return f"{number}{suffix}"

    app.get("/partial")(partial(part, suffix="!"))

    @app.get("/page", response_class=HTMLResponse)
    async def page() -> str:
        return "<p>"

    @app.get("/plain")
    def plain() -> str:
        return "plain"

    @app.get("/unset", response_model_exclude_unset=True)
    @app.get("/defaults", response_model_exclude_defaults=True)
    @app.get("/by-name", response_model_by_alias=False)
    @app.get("/trimmed", response_model_exclude_none=True)
    @app.get("/chosen", response_model_include={"size"})
    @app.get("/left-out", response_model_exclude={"size"})
    async def box() -> Box:
        return Box(size=1)

    @app.get("/scopes")
    async def scopes(scopes: SecurityScopes) -> list[str]:
        return scopes.scopes

    return app


async def test_edge_27_the_application_s_default_kind_of_response_is_kept(serve):
    app = FastTrackFramework(default_response_class=PlainTextResponse)

    @app.get("/")
    async def show() -> str:
        return "text"

    async with serve(app) as client:
        assert (await client.get("/")).text == "text"


@pytest.mark.parametrize("prefix", ["", "/included"])
@pytest.mark.parametrize("limited", ["route", "router"])
async def test_edge_27_a_body_limit_holds_for_what_a_handler_reads_itself(serve, limited, prefix):
    if "max_body_size" not in signature(APIRoute).parameters:
        pytest.skip("this FastAPI has no limit")
    limit = {"max_body_size": 10}
    app, router = FastTrackFramework(), Router(**limit if limited == "router" else {})

    @router.post("/", **limit if limited == "route" else {})
    async def read(request: Request) -> int:
        return len(await request.body())

    if prefix:
        app.include_router(router, prefix=prefix)
    else:
        app.router.routes += router.routes
    async with serve(app) as client:
        assert (await client.post(f"{prefix}/", content=b"x" * 10)).json() == 10
        answer = await client.post(f"{prefix}/", content=b"x" * 11)
    assert answer.json() == {"title": "Content Too Large", "status": 413}


async def test_a_handler_that_is_made_again_gives_the_same_answer(serve):
    app = FastTrackFramework()

    @app.get("/{number}")
    async def show(number: int, greeter: Injected[Greeter]) -> str:
        return f"{type(greeter).__name__} {number}"

    route = next(route for route in app.routes if getattr(route, "path", "") == "/{number}")
    async with serve(app) as client:
        route.app = request_response(route.get_route_handler())
        assert (await client.get("/3")).json() == "Greeter 3"
        assert (await client.get("/4")).json() == "Greeter 4"


async def test_no_inclusion_loses_its_dependencies(serve):
    async def refuse() -> None:
        raise HTTPException(403)

    app, router = FastTrackFramework(), Router()

    @router.get("/")
    async def show(greeter: Injected[Greeter]) -> str:
        return type(greeter).__name__

    app.include_router(router, prefix="/open")
    async with serve(app) as client:
        assert (await client.get("/open/")).status_code == 200
        app.include_router(router, prefix="/closed", dependencies=[Depends(refuse)])
        app.include_router(router, prefix="/ajar")
        assert (await client.get("/closed/")).status_code == 403
        assert (await client.get("/ajar/")).status_code == 200
        assert (await client.get("/open/")).status_code == 200


async def test_an_error_of_a_short_way_says_which_route_it_is_of(bare):
    app = FastTrackFramework(problem_details=False)
    told = []

    @app.exception_handler(RequestValidationError)
    async def tell(request, error) -> PlainTextResponse:
        told.append(str(error))
        return PlainTextResponse("")

    @app.get("/item/{number}")
    async def item(number: int, greeter: Injected[Greeter]) -> None: ...

    async with bare(app) as client:
        await client.get("/item/x")
    assert "GET /item/{number}" in told[0]


async def test_an_error_of_a_short_way_names_its_handler_as_fastapi_does(bare):
    """A decorator may give the function another name than its code has."""
    told = []

    async def written_as(number: int) -> None: ...

    async def tell(request, error) -> PlainTextResponse:
        told.append(str(error))
        return PlainTextResponse("")

    written_as.__name__ = "known_as"
    for app in (FastAPI(), FastTrackFramework(problem_details=False)):
        app.get("/item/{number}")(written_as)
        app.add_exception_handler(RequestValidationError, tell)
        async with bare(app) as client:
            await client.get("/item/x")
    assert told[0] == told[1]


async def test_path_11_the_connection_and_the_request_come_last(bare):
    async def show(**values) -> list[str]:
        return list(values)

    hints = {"number": int, "connection": HTTPConnection, "request": Request, "q": str}
    show.__signature__ = Signature(
        [Parameter(name, Parameter.KEYWORD_ONLY, annotation=hint) for name, hint in hints.items()]
    )
    app = FastTrackFramework()
    app.get("/item/{number}")(show)
    async with bare(app) as client:
        answer = await client.get("/item/3?q=a")
    assert answer.json() == ["number", "q", "connection", "request"]


async def test_a_request_that_telemetry_follows_takes_fastapi_s_way():
    app = FastTrackFramework()

    @app.get("/")
    async def show(q: int = 1) -> str: ...

    async def nothing(message) -> None: ...

    route = next(route for route in app.routes if getattr(route, "path", "") == "/")
    for telemetry, taken in ((None, False), ("following", True)):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        scope["fastapi.telemetry"] = telemetry
        with contextlib.suppress(ResponseValidationError, AssertionError):  # no way is complete
            await route.app(scope, None, nothing)
        assert ("fastapi_inner_astack" in scope) is taken
