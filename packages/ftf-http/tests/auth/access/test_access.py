"""What routes demand: guards, scopes, recent logins, and which mark counts."""

import pytest
from auth_people import CookieLikeGuard, guarded
from fastapi import APIRouter, Depends, FastAPI
from httpx import ASGITransport, AsyncClient
from late_guard import LateGuard, who

from ftf.http import Controller, FastTrackFramework, Injected, Router, get
from ftf.http.auth import (
    Access,
    Identity,
    InvalidAuthError,
    fresh,
    public,
)
from ftf.http.limits import Limit, throttle


def on_route(app, *marks):
    async def marked(me: Injected[Identity]) -> str:
        return await who(me)

    for mark in marks:
        mark(marked)
    app.get("/path")(marked)


def by_dependencies(app, *marks):
    app.get("/path", dependencies=[*marks])(who)


def on_controller(app, *marks):
    class Paths(Controller):
        @get("/path")
        async def show(self, me: Injected[Identity]) -> str:
            return await who(me)

    for mark in marks:
        mark(Paths)
    app.add_controller(Paths)


def as_access_of_a_controller(app, *marks):
    class Paths(Controller):
        access = marks[0]
        dependencies = marks[1:]

        @get("/path")
        async def show(self, me: Injected[Identity]) -> str:
            return await who(me)

    app.add_controller(Paths)


def on_router(app, *marks):
    inner, outer = APIRouter(), APIRouter(dependencies=[*marks])
    inner.get("/path")(who)
    outer.include_router(inner)
    app.include_router(outer)


def on_inclusion(app, *marks):
    router = Router()
    router.get("/path")(who)
    app.include_router(router, dependencies=[*marks])


def within_a_dependency(app, *marks):
    async def dependency(first: None = marks[0], second: None = marks[-1]) -> None: ...

    app.get("/path", dependencies=[Depends(dependency)])(who)


def in_a_mounted_application(app, *marks):
    below = FastAPI()
    below.get("/path", dependencies=[*marks])(who)
    app.mount("", below)


PLACES = [
    on_route,
    by_dependencies,
    on_controller,
    as_access_of_a_controller,
    on_router,
    on_inclusion,
    within_a_dependency,
    in_a_mounted_application,
]


@pytest.mark.parametrize("declare", PLACES, ids=lambda place: place.__name__)
async def test_access_holds_wherever_it_is_declared(serve, declare):
    app = guarded()
    declare(app, Access("api", scopes=["read"]), Access(scopes=["write"]))

    async def ask(**headers: str) -> tuple[int, str]:
        answer = await client.get("/path", headers={f"x-{k}": v for k, v in headers.items()})
        return answer.status_code, answer.json() if answer.status_code == 200 else ""

    async with serve(app) as client:
        for _ in range(3):
            assert await ask() == (401, "")
            assert await ask(user="7") == (200, "7 by api")
            assert await ask(user="7 read,write,more") == (200, "7 by api")
            assert await ask(user="7 read") == (403, "")
            assert await ask(user="7 Read,write") == (403, "")
            assert await ask(cookie="7") == (401, "")
            assert await ask(user="8") == (401, "")
            assert await ask(user="99") == (401, "")


async def test_a_refused_request_counts_on_the_limits_of_its_route(serve):
    app = guarded()
    app.add_limit("two", Limit.per_hour(2))
    app.get("/", dependencies=[throttle("two"), Access()])(who)
    async with serve(app) as client:
        bad = [(await client.get("/", headers={"x-user": "bad"})).status_code for _ in range(4)]
        assert bad == [401, 401, 429, 429]


async def test_edge_s65_a_preflight_is_answered_and_refusals_have_the_headers_of_cors(serve):
    from starlette.middleware.cors import CORSMiddleware

    app = guarded(closed=True)
    app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
    app.get("/path")(who)
    origin = {"origin": "https://a.example"}
    async with serve(app) as client:
        asked = {**origin, "access-control-request-method": "GET"}
        assert (await client.options("/path", headers=asked)).status_code == 200
        refused = await client.get("/path", headers=origin)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://a.example"


async def test_edge_s64_applications_in_one_process_do_not_share_guards(serve):
    outer, inner, alone = guarded(), guarded(closed=True), FastTrackFramework()

    @outer.get("/guest")
    @public
    async def guest() -> int:
        return 1

    inner.get("/path")(who)
    outer.mount("/inner", inner)
    outer.add_guard("late", LateGuard)
    alone.get("/path")(guest)
    async with serve(outer) as client, serve(alone) as free:
        assert (await client.get("/guest")).status_code == 200
        assert (await client.get("/inner/path")).status_code == 401
        assert (await client.get("/inner/path", headers={"x-ago": "1"})).status_code == 401
        assert (await client.get("/inner/path", headers={"x-user": "7"})).json() == "7 by api"
        assert (await free.get("/path")).status_code == 200


@pytest.mark.parametrize("root", ["", "/base", "/adm"])
async def test_edge_s58_access_and_routing_agree(root):
    served: list[str] = []
    app = guarded(closed=True)

    @app.get("/admin")
    async def admin() -> None:
        served.append("admin")

    @app.get("/{name:path}")
    @public
    async def anything(name: str) -> None:
        served.append("anything")

    paths = ("//admin", "/admin/", "/%61dmin", "/x/../admin", "/admin", "/ADMIN", "/admin/admin")
    transport = ASGITransport(app, root_path=root)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        for path in paths * 2:
            for host in ("test", "a/../..", "test/admin", ""):
                answer = await client.get(path, headers={"host": host})
                assert answer.status_code in ({200} if served else {401, 307})
                assert "admin" not in served
                served.clear()


def test_wrong_values_are_refused_where_they_are_written():
    with pytest.raises(InvalidAuthError, match=r"scopes is a text.*\nWrite `scopes=\['read'\]`"):
        Access(scopes="read")
    for minutes in (0, -1, float("inf"), float("nan")):
        with pytest.raises(InvalidAuthError, match="minutes is not above 0"):
            fresh(minutes=minutes)
    app = guarded()
    with pytest.raises(InvalidAuthError, match="'api' has a name or a class"):
        app.add_guard("api", LateGuard)
    with pytest.raises(InvalidAuthError, match="'again' has a name or a class"):
        app.add_guard("again", CookieLikeGuard)
    with pytest.raises(InvalidAuthError, match="'int' is not a class of guards"):
        app.add_guard("int", int)


async def test_guards_are_added_before_the_start(serve):
    app = guarded()
    async with serve(app):
        with pytest.raises(RuntimeError, match="Add guards before the application starts"):
            app.add_guard("late", LateGuard)
        with pytest.raises(RuntimeError, match="Add `require_login` before"):
            app.require_login()
