"""The header `Allow` of a 405, which Starlette fills with the methods of one route."""

import pytest
from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Match, Mount, Route, Router

from ftf.http import Controller, FastTrackFramework, delete, get, post


class Orders(Controller):
    prefix = "/orders"

    @get()
    async def index(self) -> None: ...

    @post()
    async def create(self) -> None: ...

    @delete("/{number:int}")
    async def remove(self, number: int) -> None: ...


async def nothing(request=None) -> None: ...


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.add_controller(Orders)
    inner, router = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")
    inner.add_api_route("", nothing, methods=["PUT"])
    inner.add_api_route("", nothing, methods=["PATCH"])
    inner.add_api_route("/{name}", nothing, methods=["TRACE"])
    router.include_router(inner)
    router.add_api_route("/inner", nothing, methods=["POST"])
    app.include_router(router)
    app.include_router(inner)
    app.add_api_route("/orders/{name}", nothing, methods=["PUT"])
    app.add_api_route("/x/orders", nothing, methods=["LOCK"])
    plain = Router(
        [Route("/orders", nothing, methods=["GET"]), Route("/orders", nothing, methods=["PUT"])]
    )
    app.router.routes.append(Mount("/x", plain))
    app.router.routes.append(Mount("/y", plain))
    return app


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/orders", "GET, POST"),
        ("OPTIONS", "/orders", "GET, POST"),
        ("GET", "/orders/1", "DELETE, PUT"),
        ("GET", "/orders/one", "PUT"),
        ("GET", "/outer/inner", "PATCH, POST, PUT"),
        ("GET", "/inner", "PATCH, PUT"),
        ("GET", "/outer/inner/name", "TRACE"),
        ("DELETE", "/x/orders", "GET, HEAD, LOCK, PUT"),
        ("POST", "/y/orders", "GET, HEAD, PUT"),
        ("POST", "/health", "GET, HEAD"),
    ],
)
async def test_it_names_every_method_of_the_path(app, serve, method, path, allowed):
    async with serve(app) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_endpoint_that_is_a_class_names_its_own(app, serve):
    class Endpoint(HTTPEndpoint):
        async def get(self, request) -> None: ...

    route = Route("/endpoint", Endpoint)
    async with serve(Starlette(routes=[route])) as client:  # which of today's names HEAD as well
        expected = (await client.post("/endpoint")).headers["allow"]
    app.router.routes.append(route)
    async with serve(app) as client:
        answer = await client.post("/endpoint")
    assert (answer.status_code, answer.headers["allow"]) == (405, expected)


async def test_it_stays_where_a_handler_has_set_it(app, serve):
    @app.get("/own")
    async def own() -> None:
        raise HTTPException(405, headers={"allow": "BREW"})

    @app.post("/own")
    async def other() -> None: ...

    async with serve(app) as client:
        assert (await client.get("/own")).headers["allow"] == "BREW"


async def test_routes_find_in_the_scope_what_middleware_left_there(serve):
    class OfTenant(APIRoute):
        def matches(self, scope):
            return super().matches(scope) if scope["tenant"] == "ours" else (Match.NONE, {})

    def named(app):
        async def with_tenant(scope, receive, send) -> None:
            await app({**scope, "tenant": "ours"}, receive, send)

        return with_tenant

    app, router = FastTrackFramework(), APIRouter(route_class=OfTenant)
    app.add_middleware(named)
    router.add_api_route("/bills", nothing, methods=["PUT"])
    app.add_api_route("/bills", nothing, methods=["POST"])
    app.include_router(router)
    async with serve(app) as client:
        assert (await client.get("/bills")).headers["Allow"] == "POST, PUT"


async def test_a_mount_in_an_included_router_has_its_methods(serve):
    """Releases of FastAPI before the router tree leave mounts of included routers out."""
    allowed = []
    for app in (FastAPI(), FastTrackFramework()):
        router, mounted = APIRouter(), APIRouter()
        app.add_api_route("/{rest:path}", nothing, methods=["PUT"])
        mounted.add_api_route("/orders", nothing, methods=["GET"])
        router.mount("/shop", mounted)
        app.include_router(router, prefix="/v1")
        async with serve(app) as client:
            answer = await client.delete("/v1/shop/orders")
            allowed.append({*answer.headers["Allow"].split(", ")})
    assert allowed[1] == allowed[0] | {"PUT"}


async def test_an_application_that_refuses_a_method_itself_names_none(serve):
    async def refuse(scope, receive, send) -> None:
        raise HTTPException(405)

    app = FastTrackFramework()
    app.mount("/brew", refuse)
    async with serve(app) as client:
        answer = await client.get("/brew/tea")
    assert answer.status_code == 405
    assert "Allow" not in answer.headers
