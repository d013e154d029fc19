"""Ways to put a mark where nothing would ask it, or beside one that contradicts it."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, routing
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, Router

from ftf.http import Controller, FastTrackFramework, get
from ftf.http.auth import Access, public

# Older FastAPI copies the routes of included routers, and their lists of dependencies.
COPIES = not hasattr(routing, "iter_route_contexts")


async def endpoint(_):
    return PlainTextResponse("in")


def marked():
    """An endpoint with a mark that no one has who asks in these tests."""

    @Access(scopes=["admin"])
    async def endpoint(_):
        return PlainTextResponse("in")

    return endpoint


class Methods(HTTPEndpoint):
    @Access(scopes=["admin"])
    async def get(self, _):
        return PlainTextResponse("in")


class Callable:
    @Access(scopes=["admin"])
    async def __call__(self):
        return "in"


async def handle() -> str:
    return "in"


@Access(scopes=["admin"])
async def dependency() -> None: ...


def dependency_of(mark):
    async def dependency(_: Annotated[None, mark]) -> None: ...

    return dependency


def on_a_method_of_an_endpoint_class(app):
    app.add_route("/path", Methods)


def on_a_method_of_an_instance(app):
    app.get("/path")(Callable())


def in_a_mount_of_routes(app):
    app.router.routes.append(Mount("", routes=[Route("/path", marked())]))


def in_a_host(app):
    app.router.routes.append(Host("test", Router(routes=[Route("/path", marked())])))


def on_a_method_in_a_mount(app):
    app.mount("", Starlette(routes=[Route("/path", Methods)]))


def in_a_mount_in_a_mount(app):
    app.mount("", Router([Mount("", routes=[Route("/path", marked())])]))


def in_a_mounted_application_without_guards(app):
    below = FastTrackFramework()
    below.add_route("/path", marked())
    app.mount("", below)


def around_a_starlette_route_in_a_mount(app):
    below = FastAPI(dependencies=[Access(scopes=["admin"])])
    below.add_route("/path", endpoint)
    app.mount("", below)


def on_a_dependency_in_a_mount(app):
    below = FastAPI()
    below.get("/path", dependencies=[Depends(dependency)])(handle)
    app.mount("", below)


def on_a_dependency(app):
    app.get("/path", dependencies=[Depends(dependency)])(handle)


def on_a_dependency_of_a_dependency(app):
    async def outer(_: Annotated[None, Depends(dependency)]) -> None: ...

    app.get("/path", dependencies=[Depends(outer)])(handle)


def within_depends(app):
    app.get("/path", dependencies=[Depends(Access(scopes=["admin"]))])(handle)


def as_a_class_within_depends(app):
    app.get("/path", dependencies=[Depends(Access)])(handle)


def public_below_a_dependency(app):
    dependencies = [Access(scopes=[]), Depends(dependency_of(public))]
    app.get("/path", dependencies=dependencies)(handle)


def another_guard_below_a_dependency(app):
    app.get("/path", dependencies=[Access("api"), Depends(dependency_of(Access("web")))])(handle)


def a_login_below_a_dependency_of_a_public_route(app):
    app.get("/path", dependencies=[public, Depends(dependency_of(Access()))])(handle)


def two_marks_in_one_list(app):
    app.get("/path", dependencies=[Access("api"), public])(handle)


def two_marks_of_one_controller(app):
    @public
    class Paths(Controller):
        access = Access("api")

        @get("/path")
        async def show(self) -> str:
            return "in"

    app.add_controller(Paths)


def two_marks_of_one_operation(app):
    class Paths(Controller):
        @get("/path", dependencies=[Access("api"), public])
        async def show(self) -> str:
            return "in"

    app.add_controller(Paths)


def two_marks_of_one_router(app):
    router = APIRouter(dependencies=[public, Access("api")])
    router.get("/path", dependencies=[])(handle)
    app.include_router(router)


def two_marks_of_one_inclusion(app):
    inner, outer = APIRouter(), APIRouter(dependencies=[public])
    inner.get("/path")(handle)
    outer.include_router(inner, dependencies=[Access("api"), public])
    app.include_router(outer)


def around_a_starlette_route(app):
    router = APIRouter(dependencies=[Access(scopes=["admin"])])
    router.add_route("/path", endpoint)
    app.include_router(router)


def around_an_inclusion_of_a_mount(app):
    router = APIRouter()
    router.mount("/path", endpoint)
    app.include_router(router, dependencies=[Access(scopes=["admin"])])
    return "/path/"


def around_the_second_inclusion_of_a_starlette_route(app):
    router = APIRouter()
    router.add_route("/path", endpoint)
    app.include_router(router, prefix="/first")
    app.include_router(router, dependencies=[Access(scopes=["admin"])])


PLACES = {
    on_a_method_of_an_endpoint_class: "A method of the class that the route calls has a mark",
    on_a_method_of_an_instance: "A method of the class that the route calls has a mark",
    in_a_mount_of_routes: "A route below it has a mark",
    in_a_host: "A route below it has a mark",
    on_a_method_in_a_mount: "A route below it has a mark",
    in_a_mount_in_a_mount: "A route below it has a mark",
    in_a_mounted_application_without_guards: "A route below it has a mark",
    around_a_starlette_route_in_a_mount: "A route below it has a mark",
    on_a_dependency_in_a_mount: "A route below it has a mark",
    on_a_dependency: "The function of a dependency has a mark",
    on_a_dependency_of_a_dependency: "The function of a dependency has a mark",
    within_depends: "The function of a dependency has a mark",
    as_a_class_within_depends: "The function of a dependency has a mark",
    public_below_a_dependency: "A dependency of the handler depends on a mark",
    another_guard_below_a_dependency: "A dependency of the handler depends on a mark",
    a_login_below_a_dependency_of_a_public_route: "A dependency of the handler depends on a mark",
    two_marks_in_one_list: "The route is public and demands a credential in one list",
    two_marks_of_one_controller: "The route is public and demands a credential in one list",
    two_marks_of_one_operation: "The route is public and demands a credential in one list",
    two_marks_of_one_router: "The route is public and demands a credential in one list",
    two_marks_of_one_inclusion: "The route is public and demands a credential in one list",
    around_a_starlette_route: "A router around the route demands a credential or opens it",
    around_the_second_inclusion_of_a_starlette_route: "A router around the route demands",
    around_an_inclusion_of_a_mount: "A router around the route demands a credential or opens it",
}
if COPIES:
    kept = (name for name in PLACES if not name.__name__.startswith(("two_marks", "around_")))
    PLACES = {name: PLACES[name] for name in kept}
