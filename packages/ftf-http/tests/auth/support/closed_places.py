"""Ways to declare `POST /path`."""

from fastapi import APIRouter, Depends, FastAPI, Form, routing
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route

from ftf.http import Controller, FastTrackFramework, Router, post

CALLS: list[str] = []


async def handle() -> str:
    CALLS.append("called")
    return "in"


async def endpoint(_):
    CALLS.append("called")
    return PlainTextResponse("in")


async def with_form(name: str = Form()) -> str:
    return name


async def with_yield(body: dict[str, object]):
    CALLS.append("called")


async def opened():
    CALLS.append("called")
    yield


class Endpoint(HTTPEndpoint):
    async def post(self, _):
        return await endpoint(_)


def on_application(app):
    app.post("/path")(handle)


def on_router(app):
    router = Router()
    router.post("/path")(handle)
    app.include_router(router)


def on_plain_routers_three_deep(app):
    inner, middle, outer = APIRouter(), APIRouter(), APIRouter()
    inner.post("/path")(handle)
    middle.include_router(inner)
    outer.include_router(middle)
    app.include_router(outer)


def with_a_body_on_plain_routers(app):
    inner, outer = APIRouter(), APIRouter()
    inner.post("/path")(with_yield)
    outer.include_router(inner)
    app.include_router(outer)


def with_a_form_on_a_plain_router(app):
    router = APIRouter()
    router.post("/path")(with_form)
    app.include_router(router)


def with_dependencies_that_yield(app):
    router = APIRouter(dependencies=[Depends(opened)])
    router.post("/path")(with_yield)
    app.include_router(router)


def on_controller(app):
    class Paths(Controller):
        @post("/path")
        async def store(self) -> str:
            return await handle()

    app.add_controller(Paths)


def by_add_api_route(app):
    app.router.add_api_route("/path", handle, methods=["POST"])


def as_starlette_route(app):
    app.router.routes.append(Route("/path", endpoint, methods=["POST"]))


def as_starlette_class(app):
    app.add_route("/path", Endpoint)


def as_starlette_route_of_an_included_router(app):
    router = APIRouter()
    router.add_route("/path", endpoint, methods=["POST"])
    app.include_router(router)


def in_mounted_starlette(app):
    app.mount("", Starlette(routes=[Route("/path", endpoint, methods=["POST"])]))


def in_mounted_fastapi(app):
    below = FastAPI()
    below.post("/path")(handle)
    app.mount("", below)


def in_mounted_application_of_ours(app):
    below = FastTrackFramework()
    below.post("/path")(handle)
    app.mount("", below)


def in_a_mount_of_an_included_router(app):
    router = APIRouter()
    router.routes.append(Mount("/below", routes=[Route("/path", endpoint, methods=["POST"])]))
    app.include_router(router)
    return "/below/path"


def on_a_host(app):
    router = APIRouter()
    router.post("/path")(handle)
    app.router.routes.append(Host("test", app=router))


def by_the_default_of_the_router(app):
    async def anything(scope, receive, send):
        await PlainTextResponse("in")(scope, receive, send)

    app.router.default = anything


def on_a_class_with_its_own_matches(app):
    class Own(Route):
        def matches(self, scope):
            return super().matches(scope)

    app.router.routes.append(Own("/path", endpoint, methods=["POST"]))


def on_a_class_with_its_own_handle(app):
    class Own(Route):
        async def handle(self, scope, receive, send):
            await (await endpoint(None))(scope, receive, send)

    app.router.routes.append(Own("/path", endpoint, methods=["GET"]))  # and not POST


def on_a_class_with_its_own_handle_in_a_router(app):
    class Own(APIRoute):
        async def handle(self, scope, receive, send):
            await (await endpoint(None))(scope, receive, send)

    app.router.add_api_route("/path", handle, methods=["GET"], route_class_override=Own)


PLACES = [
    on_application,
    on_router,
    on_plain_routers_three_deep,
    with_a_body_on_plain_routers,
    with_a_form_on_a_plain_router,
    with_dependencies_that_yield,
    on_controller,
    by_add_api_route,
    as_starlette_route,
    as_starlette_class,
    as_starlette_route_of_an_included_router,
    in_mounted_starlette,
    in_mounted_fastapi,
    in_mounted_application_of_ours,
    in_a_mount_of_an_included_router,
    on_a_host,
    by_the_default_of_the_router,
    on_a_class_with_its_own_matches,
    on_a_class_with_its_own_handle,
    on_a_class_with_its_own_handle_in_a_router,
]
if not hasattr(routing, "iter_route_contexts"):  # older FastAPI leaves out mounts of routers
    PLACES.remove(in_a_mount_of_an_included_router)
