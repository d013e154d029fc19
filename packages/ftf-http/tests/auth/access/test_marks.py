"""The marks of routes and controllers: which hold where several are."""

from auth_people import guarded

from ftf.http import Controller, Injected, Router, get
from ftf.http.auth import (
    Access,
    Identity,
    fresh,
    public,
)
from ftf.http.limits import Limit, throttle


async def test_the_nearest_guards_count_and_scopes_add_up(serve):
    app = guarded()
    router = Router(dependencies=[Access("api", scopes=["read"])])

    @router.get("/near")
    @Access("web")
    async def near(me: Injected[Identity]) -> str:
        return me.guard

    @router.get("/open")
    @Access(scopes=["write"])
    async def further(me: Injected[Identity]) -> str:
        return me.guard

    app.include_router(router)
    async with serve(app) as client:
        assert (await client.get("/near", headers={"x-cookie": "7 read"})).json() == "web"
        assert (await client.get("/near", headers={"x-cookie": "7 write"})).status_code == 403
        assert (await client.get("/near", headers={"x-user": "7"})).status_code == 401
        assert (await client.get("/open", headers={"x-user": "7 read"})).status_code == 403
        assert (await client.get("/open", headers={"x-user": "7 write,read"})).json() == "api"


async def test_a_mark_of_a_route_opens_or_closes_it_within_its_router(serve):
    app = guarded()
    closed, opened = Router(dependencies=[Access()]), Router(dependencies=[public])

    @closed.get("/open")
    @public
    async def first() -> int:
        return 1

    @opened.get("/closed")
    @Access()
    async def second() -> int:
        return 2

    app.include_router(closed)
    app.include_router(opened)
    async with serve(app) as client:
        assert (await client.get("/open")).status_code == 200
        assert (await client.get("/closed")).status_code == 401


async def test_edge_s62_the_order_of_decorators_means_nothing(serve):
    app = guarded()
    app.add_limit("one", Limit.per_hour(100))
    marks = [Access("api", scopes=["a"]), throttle("one"), fresh(minutes=10)]
    for number, order in enumerate([marks, marks[::-1], [marks[1], marks[0], marks[2]]]):

        async def show() -> int:
            return 1

        for mark in order:
            show = mark(show)
        app.get(f"/{number}")(show)
    async with serve(app) as client:
        for number in range(3):
            answer = await client.get(f"/{number}", headers={"x-user": "7 a"})
            assert answer.status_code == 401
            assert "insufficient_user_authentication" in answer.headers["www-authenticate"]
            assert (await client.get(f"/{number}", headers={"x-user": "7"})).status_code == 401
            assert (await client.get(f"/{number}", headers={"x-user": "7 b"})).status_code == 403


class Guarded(Controller):
    prefix = "/guarded"

    @get("/read")
    @Access("api")
    async def read(self) -> str:
        return "base"

    @get("/late")
    @fresh(minutes=5)
    async def late(self) -> str:
        return "base"

    @get("/counted")
    @throttle("once")
    async def counted(self) -> str:
        return "base"


class Between(Guarded):
    @Access(scopes=["admin"])
    async def read(self) -> str:
        return "between"


class Overriding(Between):
    async def read(self) -> str:
        return "own"

    async def late(self) -> str:
        return "own"

    async def counted(self) -> str:
        return "own"


class Opened(Between):
    @public
    @get("/read")
    async def read(self) -> str:
        return "open"


async def test_a_method_that_overrides_a_handler_keeps_its_marks_with_its_route(serve):
    app = guarded()
    app.add_limit("once", Limit.per_hour(1))
    app.add_controller(Overriding)
    async with serve(app) as client:
        assert (await client.get("/guarded/read")).status_code == 401
        assert (await client.get("/guarded/late")).status_code == 401
        user = {"x-user": "7 read"}
        assert (await client.get("/guarded/read", headers=user)).status_code == 403
        assert (await client.get("/guarded/counted")).text == '"own"'
        assert (await client.get("/guarded/counted")).status_code == 429


async def test_a_method_with_a_route_of_its_own_has_marks_of_its_own(serve):
    app = guarded()
    app.add_limit("once", Limit.per_hour(1))
    app.add_controller(Opened)
    async with serve(app) as client:
        assert (await client.get("/guarded/read")).text == '"open"'
