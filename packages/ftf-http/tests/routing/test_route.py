"""Handlers that are compiled, and what FastAPI still makes of them."""

import functools
import inspect
from collections.abc import AsyncIterator
from typing import Annotated, Protocol

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from ftf.http import (
    FastTrackFramework,
    Inject,
    Injected,
    InvalidInjectionError,
    Route,
    Router,
)


class Greeter(Protocol):
    def greet(self) -> str: ...


class Polite:
    def greet(self) -> str:
        return "good day"


type AliasedGreeter = Injected[Greeter]


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.register(Greeter, Polite)
    return app


def route_of(app: FastAPI, path: str) -> APIRoute:
    return next(route for route in app.routes if getattr(route, "path", "") == path)


async def test_a_handler_asks_the_container_once_for_all_its_services(app, serve):
    @app.get("/{number}")
    async def show(
        number: int, one: Injected[Greeter], two: Greeter = Inject(Greeter), page: int = 1
    ) -> list[object]:
        return [number, page, one.greet(), two.greet()]

    route = route_of(app, "/{number}")
    assert isinstance(route, Route)
    assert route.dependant.dependencies == []
    async with serve(app) as client:
        assert (await client.get("/3?page=2")).json() == [3, 2, "good day", "good day"]


async def test_a_handler_is_still_its_author_s_function(app):
    @app.get("/")
    async def show(greeter: Injected[Greeter]) -> str:
        """Say hello."""
        return greeter.greet()

    assert await show(Polite()) == "good day"
    operation = app.openapi()["paths"]["/"]["get"]
    assert (operation["summary"], operation["description"]) == ("Show", "Say hello.")


async def test_a_handler_keeps_what_decorators_have_noted_on_it(app):
    async def show(greeter: Injected[Greeter]) -> None: ...

    show.permission = "admin"
    app.get("/")(show)
    endpoint = route_of(app, "/").endpoint
    assert endpoint.permission == "admin"
    assert inspect.unwrap(endpoint) is show


async def test_a_handler_that_wants_nothing_is_left_alone(app):
    @app.get("/")
    async def show() -> str: ...

    assert route_of(app, "/").endpoint is show


async def test_edge_20_a_parameter_that_is_injected_twice_is_refused_where_it_is_declared(app):
    async def show(greeter: Injected[Greeter] = Inject(Greeter)) -> None: ...

    with pytest.raises(InvalidInjectionError, match="is injected twice") as caught:
        app.get("/")(show)
    assert str(caught.value).endswith("Keep one of the two forms.")
    assert (caught.value.function, caught.value.parameter) == (show, "greeter")


@pytest.mark.parametrize("annotation", [Injected, Annotated[Greeter, Inject]])
async def test_a_parameter_that_is_injected_without_a_key_is_refused(app, annotation):
    async def show(greeter: annotation) -> None: ...

    with pytest.raises(
        InvalidInjectionError, match=r"'greeter' of .*show is injected without a key"
    ):
        app.get("/")(show)


async def test_edge_24_aliases_qualified_keys_and_optional_services(app, serve):
    class Missing(Protocol):
        def greet(self) -> str: ...

    app.register(Annotated[Greeter, "loud"], Polite)

    @app.get("/")
    async def show(
        aliased: AliasedGreeter,
        loud: Injected[Annotated[Greeter, "loud"]],
        missing: Injected[Missing | None],
    ) -> list[str]:
        return [aliased.greet(), loud.greet(), repr(missing)]

    async with serve(app) as client:
        assert (await client.get("/")).json() == ["good day", "good day", "None"]


async def test_edge_25_the_document_is_the_same_with_and_without_services(serve):
    async def plain(number: int, page: int = 1) -> str: ...

    async def injected(
        number: int, greeter: Injected[Greeter], page: int = 1, other: Greeter = Inject(Greeter)
    ) -> str: ...

    injected.__name__ = plain.__name__ = "show"
    texts = []
    for handler in (plain, injected):
        app = FastTrackFramework()
        app.register(Greeter, Polite)
        app.get("/{number}")(handler)
        async with serve(app) as client:
            texts.append((await client.get("/openapi.json")).content)
    assert texts[0] == texts[1]


@pytest.mark.parametrize("router_class", [Router, APIRouter])
async def test_edge_27_an_included_router_gives_the_same_result(app, serve, router_class):
    inner, router = router_class(), router_class(prefix="/outer")

    @inner.get("/{number}")
    async def show(number: int, greeter: Injected[Greeter]) -> str:
        return f"{greeter.greet()} {number}"

    router.include_router(inner, prefix="/inner")
    app.include_router(router)
    async with serve(app) as client:
        assert (await client.get("/outer/inner/1")).json() == "good day 1"


async def test_edge_27_a_route_added_after_the_start_works(app, serve):
    async with serve(app) as client:

        @app.get("/")
        async def show(greeter: Injected[Greeter]) -> str:
            return greeter.greet()

        assert (await client.get("/")).json() == "good day"


@pytest.mark.parametrize("base", [APIRoute, Route])
async def test_edge_27_a_route_class_of_the_user_s_works(app, serve, base):
    class Stamped(base):
        def get_route_handler(self):
            handle = super().get_route_handler()

            async def stamped(request: Request):
                response = await handle(request)
                response.headers["x-stamp"] = "yes"
                return response

            return stamped

    router = Router(route_class=Stamped)

    @router.get("/")
    async def show(greeter: Injected[Greeter]) -> str:
        return greeter.greet()

    app.include_router(router)
    app.router.route_class = Stamped
    app.get("/own")(show)
    async with serve(app) as client:
        for path in ("/", "/own"):
            answer = await client.get(path)
            assert (answer.json(), answer.headers["x-stamp"]) == ("good day", "yes")


async def test_a_handler_can_have_the_connection_for_itself(app, serve):
    @app.get("/")
    async def show(connection: HTTPConnection, greeter: Injected[Greeter]) -> str:
        return f"{greeter.greet()} {connection.url.path}"

    async with serve(app) as client:
        assert (await client.get("/")).json() == "good day /"


async def test_other_dependencies_of_a_handler_stay_fastapi_s(app, serve):
    async def number() -> int:
        return 3

    @app.get("/")
    async def show(
        request: Request, greeter: Injected[Greeter], number: Annotated[int, Depends(number)]
    ) -> str:
        return f"{greeter.greet()} {number} {request.method}"

    app.dependency_overrides[number] = lambda: 4
    async with serve(app) as client:
        assert (await client.get("/")).json() == "good day 4 GET"


async def test_a_generator_s_services_are_there_before_its_response_starts(app, serve):
    class Broken:
        def __init__(self) -> None:
            raise LookupError("no")

    app.map_error(LookupError, 404)

    @app.get("/", response_class=StreamingResponse, response_model=None)
    async def lines(broken: Injected[Broken]) -> AsyncIterator[str]:
        yield "never"

    async with serve(app) as client:
        assert (await client.get("/")).status_code == 404


async def test_decorated_and_partial_handlers_are_called_in_their_own_way(app, serve):
    def logged(handler):
        @functools.wraps(handler)
        def wrapper(*args, **kwargs):
            return handler(*args, **kwargs)

        return wrapper

    @app.get("/decorated")
    @logged
    async def decorated(greeter: Injected[Greeter]) -> str:
        return greeter.greet()

    async def show(suffix: str, greeter: Greeter = Inject(Greeter)) -> str:
        return greeter.greet() + suffix

    app.get("/partial")(functools.partial(show, suffix="!"))

    class Callable:
        async def __call__(self, greeter: Injected[Greeter]) -> str:
            return greeter.greet()

    app.get("/object")(Callable())
    async with serve(app) as client:
        assert (await client.get("/decorated")).json() == "good day"
        assert (await client.get("/partial?suffix=!")).json() == "good day!"
        assert (await client.get("/object")).json() == "good day"
