"""A mark that nothing asks, or that contradicts another, stops the start or closes its route."""

import functools

import pytest
from auth_people import guarded
from fastapi import APIRouter, Depends, WebSocket
from lost_marks import PLACES, dependency_of, endpoint, handle, marked
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route

from ftf.http import Controller, InvalidRoutesError, get
from ftf.http.auth import Access, InvalidAuthError, public

by_name = pytest.mark.parametrize("declare", PLACES, ids=lambda place: place.__name__)


@by_name
async def test_edge_s56_a_mark_that_would_not_be_asked_stops_the_start(declare):
    app = guarded()
    declare(app)
    with pytest.raises(InvalidRoutesError) as refused:
        async with app.router.lifespan_context(app):
            pass
    assert refused.value.faults
    for fault in refused.value.faults:
        assert fault.reason.startswith(PLACES[declare])


@by_name
@pytest.mark.parametrize("closed", [True, False])
async def test_edge_s56_a_route_with_such_a_mark_is_closed_if_it_is_added_later(
    serve, declare, closed, caplog
):
    app = guarded(closed=closed)
    async with serve(app) as client:
        await client.get("/path")
        path = declare(app) or "/path"
        for _ in range(3):
            for headers in ({}, {"x-user": "7"}, {"x-cookie": "7"}):
                answer = await client.get(path, headers=headers)
                assert answer.status_code == 403, answer.text
    (line,) = [each for each in caplog.messages if "No request" in each]
    assert PLACES[declare] in line


async def test_edge_s56_a_route_with_a_mark_that_joins_a_mount_later_is_closed(serve):
    app = guarded()
    below = Starlette(routes=[Route("/open", endpoint)])
    app.mount("/below", below)
    async with serve(app) as client:
        assert (await client.get("/below/open")).text == "in"
        below.router.routes.append(Route("/path", marked()))
        assert (await client.get("/below/path", headers={"x-user": "7"})).status_code == 403


def wrapped(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)

    return wrapper


def wrapped_by_hand(function):
    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)

    wrapper.__wrapped__ = function
    return wrapper


async def with_a_name(request: str = "") -> str:
    return request


@pytest.mark.parametrize(
    "wrap",
    [functools.partial, wrapped, wrapped_by_hand, lambda f: functools.partial(wrapped_by_hand(f))],
    ids=["partial", "wraps", "__wrapped__", "both"],
)
async def test_edge_s62_a_mark_below_a_wrapper_holds(serve, wrap):
    app = guarded()
    plain = APIRouter()
    handler = wrap(Access(scopes=["a"])(with_a_name))
    app.get("/ours")(handler)
    plain.get("/plain")(handler)
    app.include_router(plain)
    app.add_route("/starlette", wrap(marked()))
    async with serve(app) as client:
        for path in ("/ours", "/plain", "/starlette"):
            for _ in range(2):
                assert (await client.get(path)).status_code == 401
                assert (await client.get(path, headers={"x-user": "7 b"})).status_code == 403
                admitted = await client.get(path, headers={"x-user": "7 a,admin"})
                assert admitted.status_code == 200
    delattr(with_a_name, "ftf_early_checks")


async def test_edge_s56_a_mark_on_an_application_holds_below_its_middleware(serve):
    app = guarded()
    middleware = [Middleware(GZipMiddleware)]
    app.router.routes.append(Mount("/mount", Access()(Starlette()), middleware=middleware))
    app.mount("/wrapped", GZipMiddleware(Access()(Starlette())))
    app.router.routes.append(Route("/route", marked(), middleware=middleware))
    async with serve(app) as client:
        for path in ("/mount/x", "/wrapped/x", "/route"):
            assert (await client.get(path)).status_code == 401
    assert not [each for each in app.open_routes() if not each.path.startswith(("/d", "/r", "/o"))]


async def test_edge_s62_marks_of_several_places_do_not_contradict(serve):
    class Paths(Controller):
        access = Access("api")

        @get("/controller", dependencies=[public])
        async def show(self) -> str:
            return "in"

        @get("/marked")
        @public
        async def other(self) -> str:
            return "in"

    app = guarded()
    inner, outer = APIRouter(dependencies=[public]), APIRouter(dependencies=[Access("api")])
    inner.get("/router")(handle)
    outer.include_router(inner)
    outer.get("/route", dependencies=[public])(handle)
    app.include_router(outer, dependencies=[Access("web")])
    app.add_controller(Paths)

    @outer.websocket("/socket", dependencies=[public])
    async def chat(socket: WebSocket) -> None: ...

    async with serve(app) as client:
        for path in ("/router", "/route", "/controller", "/marked"):
            assert (await client.get(path)).status_code == 200


async def test_edge_s62_guards_of_the_route_overrule_those_of_no_dependency(serve):
    app = guarded()
    scoped = Depends(dependency_of(Access(scopes=["a"])))
    app.get("/scope", dependencies=[Access("api"), scoped])(handle)
    app.get("/same", dependencies=[Access("api"), Depends(dependency_of(Access("api")))])(handle)
    async with serve(app) as client:
        for _ in range(2):
            assert (await client.get("/scope", headers={"x-user": "7 b"})).status_code == 403
            assert (await client.get("/scope", headers={"x-user": "7 a"})).status_code == 200
            assert (await client.get("/same", headers={"x-cookie": "7"})).status_code == 401
            assert (await client.get("/same", headers={"x-user": "7"})).status_code == 200


@pytest.mark.parametrize("given", [handle, ["api"], None])
def test_edge_s62_access_without_parentheses_is_refused(given):
    with pytest.raises(InvalidAuthError, match=r"Write `@Access\(\)`, or the names"):
        Access(given)
