"""What routes demand: guards, scopes, recent logins, and which mark counts."""

from datetime import UTC, datetime, timedelta

import pytest
from auth_people import CookieLikeGuard, HeaderGuard, guarded
from fastapi import APIRouter, Depends, FastAPI
from httpx import ASGITransport, AsyncClient

from ftf.http import Controller, FastTrackFramework, Injected, Router, get
from ftf.http.auth import (
    Access,
    AmbiguousCredentials,
    Clock,
    Guard,
    Identity,
    InvalidAuthError,
    fresh,
    public,
)
from ftf.http.limits import Limit, throttle

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)


class Noon(Clock):
    def time(self) -> float:
        return NOW.timestamp()


class LateGuard(HeaderGuard):
    """`X-Ago: 600` is a login ten minutes ago."""

    header = "x-ago"

    async def authenticate(self, connection) -> Identity | None:
        ago = connection.headers.get("x-ago")
        if ago is None:
            return None
        when = NOW - timedelta(seconds=float(ago)) if ago else None
        return Identity(subject="7", guard="late", authenticated_at=when)


async def who(me: Injected[Identity]) -> str:
    return f"{me.subject} by {me.guard}"


def on_route(app, *marks):
    for mark in marks:
        mark(who)
    app.get("/path")(who)


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


@pytest.mark.parametrize(("ago", "status"), [("0", 200), ("600", 200), ("600.001", 401), ("", 401)])
async def test_edge_s71_a_login_may_be_exactly_so_old(serve, ago, status):
    app = guarded()
    app.register(Clock, Noon)
    app.add_guard("late", LateGuard)

    @app.get("/")
    @fresh(minutes=10)
    @fresh(minutes=60)
    async def show() -> int:
        return 1

    async with serve(app) as client:
        answer = await client.get("/", headers={"x-ago": ago})
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["www-authenticate"] == (
            'Bearer realm="FastAPI", error="insufficient_user_authentication", max_age="600"'
        )


async def test_edge_s60_a_challenge_names_the_error_only_of_a_credential(serve):
    app = guarded(title='The "API"\r\nSet-Cookie: a=\\é')
    app.get("/any", dependencies=[Access()])(who)
    app.get("/web", dependencies=[Access("web")])(who)
    app.get("/write", dependencies=[Access("api", scopes=["b", "a"])])(who)
    realm = 'Bearer realm="The \\"API\\"??Set-Cookie: a=\\\\?"'
    async with serve(app) as client:

        async def challenge(path: str, **headers: str) -> str | None:
            answer = await client.get(path, headers={f"x-{k}": v for k, v in headers.items()})
            return answer.headers.get("www-authenticate")

        assert await challenge("/any") == realm
        assert await challenge("/any", user="bad") == f'{realm}, error="invalid_token"'
        assert await challenge("/any", user="99") == f'{realm}, error="invalid_token"'
        assert await challenge("/any", cookie="bad") == f'{realm}, error="invalid_token"'
        assert await challenge("/web") is None
        assert await challenge("/write", user="7 a") == (
            f'{realm}, error="insufficient_scope", scope="a b"'
        )


async def test_edge_s59_a_bad_credential_is_never_ignored_and_two_are_refused(serve):
    app = guarded()
    app.get("/", dependencies=[Access()])(who)
    app.get("/api", dependencies=[Access("api")])(who)
    async with serve(app) as client:

        async def status(path: str, user: str, cookie: str) -> int:
            headers = {"x-user": user, "x-cookie": cookie}
            return (await client.get(path, headers=headers)).status_code

        assert await status("/", "bad", "7") == 401
        assert await status("/", "7", "bad") == 401
        assert await status("/", "7", "7") == 400
        assert await status("/api", "7", "7") == 200
        assert await status("/api", "7", "bad") == 200


async def test_guards_are_asked_in_the_order_of_registration(serve):
    asked: list[str] = []

    class Noting(Guard):
        async def authenticate(self, connection) -> None:
            asked.append(type(self).__name__)

    class First(Noting): ...

    class Second(Noting): ...

    app = FastTrackFramework()
    app.add_guard("second", Second)
    app.add_guard("first", First)
    app.get("/", dependencies=[Access("first", "second")])(who)
    async with serve(app) as client:
        await client.get("/")
    assert asked == ["Second", "First"]


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


def test_two_credentials_are_a_bad_request():
    assert AmbiguousCredentials().status_code == 400


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
