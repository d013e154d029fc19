"""What cannot hold stops the start, all faults in one report, and open routes are reported."""

import logging
from typing import Annotated

import pytest
from auth_people import Person, guarded
from fastapi import APIRouter, routing
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import MetaData, String
from sqlalchemy.orm import Mapped, mapped_column, registry
from starlette.routing import Mount, Route

from ftf.http import FastTrackFramework, InvalidRoutesError
from ftf.http.auth import Access, CurrentUser, InvalidAuthError, Users, fresh, public
from ftf.http.auth._current_user import UserClass  # noqa: PLC2701  # as AuthProvider registers it
from ftf.http.limits import throttle
from ftf.http.resources import Checked
from ftf.orm import Base, DatabaseProvider, Exists, Unique


class Other: ...


class Model(Base):
    __abstract__ = True
    metadata = MetaData()
    registry = registry()  # tests of other packages have models of the same names


class Member(Model):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)


async def show() -> int:
    return 1


async def other() -> int:
    return 2


async def faults_of(app: FastTrackFramework) -> dict[str, str]:
    with pytest.raises(InvalidRoutesError) as refused:
        async with app.router.lifespan_context(app):
            pass
    assert str(refused.value).startswith(
        f"The application cannot start: {len(refused.value.faults)}"
    )
    return {fault.place: fault.reason.partition("\n")[0] for fault in refused.value.faults}


async def test_edge_s62_all_faults_are_reported_together():
    app = guarded()
    app.instance(UserClass, UserClass(Person))

    @public
    @Access("api")
    async def both() -> int:
        return 1

    async def takes(user: CurrentUser[Person]) -> int:
        return 1

    async def takes_other(user: CurrentUser[Other | None]) -> int:
        return 1

    scoped = APIRouter(dependencies=[Access(scopes=["a"])])
    scoped.get("/scoped", dependencies=[public])(show)
    app.include_router(scoped)
    app.get("/both")(both)
    app.get("/fresh", dependencies=[fresh(minutes=1), public])(show)
    app.get("/unknown", dependencies=[Access("admin", "api")])(show)
    app.get("/user", dependencies=[public])(takes)
    app.get("/other")(takes_other)
    app.get("/limit", dependencies=[throttle("missing")])(show)
    app.post("/plain")(show)

    assert await faults_of(app) == {
        "GET /scoped": (
            "The route is public, but demands scopes: remove `@public`, or what demands it around "
            "the route."
        ),
        "GET /both": (
            "The route is public and demands a credential on one handler: remove `@public` or the "
            "other mark."
        ),
        "GET /fresh": (
            "The route is public, but demands a recent login: remove `@public`, or what demands it "
            "around the route."
        ),
        "GET /unknown": "There is no guard named 'admin'; the application has 'api', 'web'.",
        "GET /user": (
            "The route is public, but its handler takes `CurrentUser`: write "
            "`CurrentUser[... | None]`."
        ),
        "GET /other": (
            "The users of the application are of the class Person: `CurrentUser[Person]`."
        ),
        "GET /limit": "There is no limit named 'missing'; the application has none.",
    }


async def test_edge_s62_a_demand_without_a_guard_is_refused():
    app = FastTrackFramework()
    app.get("/", dependencies=[Access()])(show)
    assert await faults_of(app) == {
        "GET /": "The route demands a credential, and the application has no guard."
    }


async def test_edge_s62_a_user_without_users_is_refused():
    app = FastTrackFramework()
    guards = guarded().container

    @app.get("/")
    async def takes(user: CurrentUser[Person | None]) -> int:
        return 1

    assert Users in guards
    assert await faults_of(app) == {
        "GET /": "The handler takes `CurrentUser`, and the application does not know its users."
    }


# Older FastAPI copies the routes of included routers: which of them serves is known then.
COPIES = not hasattr(routing, "iter_route_contexts")


class Own(APIRoute):
    def matches(self, scope):
        return super().matches(scope)


async def test_edge_s56_a_route_that_cannot_be_known_before_is_refused_at_the_start():
    app = guarded(closed=True)
    router = APIRouter(route_class=Own)
    router.get("/own")(show)
    router.get("/other")(show)
    app.include_router(router)
    reason = (
        "A router or route class has a `matches` or `handle` of its own, so that what it serves is "
        "not known before its body is read."
    )
    if COPIES:
        async with app.router.lifespan_context(app):
            return
    assert await faults_of(app) == {"GET /own": reason, "GET /other": reason}


async def test_edge_s56_such_a_route_is_closed_if_it_is_added_later(serve):
    app = guarded(closed=True)
    async with serve(app) as client:
        router = APIRouter(route_class=Own)
        router.get("/own")(show)
        router.get("/open", dependencies=[public])(show)
        app.include_router(router)
        for path in ("/own", "/open"):
            for _ in range(2):
                is_known = COPIES and path == "/open"
                assert (await client.get(path)).status_code == (200 if is_known else 401)
                assert (await client.get(path, headers={"x-user": "7"})).status_code == 200


async def test_edge_s57_the_start_reports_what_is_open_although_no_mark_says_so(serve, caplog):
    app = guarded(openapi_url=None)
    app.get("/unmarked")(show)
    app.get("/open", dependencies=[public])(show)
    app.get("/closed", dependencies=[Access()])(show)
    app.router.routes.append(Route("/starlette", show, methods=["GET"]))

    @app.websocket("/socket")
    async def chat() -> None: ...

    with caplog.at_level(logging.WARNING, "ftf.http"):
        async with serve(app):
            pass
    (message,) = caplog.messages
    assert message == (
        "Everyone may call 3 routes: GET /unmarked, GET,HEAD /starlette, ANY /socket.\n"
        "Close them by `app.require_login()`, or mark them `@public`."
    )
    assert [(route.path, route.is_marked) for route in app.open_routes()] == [
        ("/unmarked", False),
        ("/open", True),
        ("/starlette", False),
        ("/socket", False),
    ]


async def test_nothing_is_reported_without_guards_or_with_login_for_all(serve, caplog):
    for app in (FastTrackFramework(), guarded(closed=True)):
        app.get("/unmarked")(show)
        async with serve(app):
            pass
    assert not caplog.messages


async def test_edge_s56_a_router_whose_index_was_replaced_is_refused():
    app = guarded(closed=True)
    app.get("/closed")(show)
    app.router.middleware_stack = app.router.app
    with pytest.raises(InvalidAuthError, match=r"app.router.middleware_stack was replaced, so"):
        async with app.router.lifespan_context(app):
            pass


async def test_edge_s56_a_mark_that_does_not_reach_a_route_is_refused():
    app = guarded()
    inner, outer = APIRouter(), APIRouter(dependencies=[Access(scopes=["admin"])])
    inner.routes.append(Mount("/mount", routes=[]))
    inner.add_route("/starlette", show)
    inner.add_route("/marked", Access(scopes=["admin"])(other))
    inner.get("/reached")(show)
    outer.include_router(inner)
    app.include_router(outer)
    app.add_route("/outside", show)
    reason = (
        "A router around the route demands a credential or opens it, and FastAPI does not apply "
        "the dependencies of routers to routes and mounts of Starlette."
    )
    if COPIES:
        return
    assert await faults_of(app) == {
        "ANY /mount": reason,
        "GET,HEAD /starlette": reason,
    }


async def test_edge_s56_marks_of_routers_do_not_reach_what_starlette_serves():
    app = guarded(dependencies=[Access("api")])
    app.add_route("/own", show)
    router = APIRouter()
    router.add_route("/included", show)
    app.include_router(router)
    assert [*await faults_of(app)] == ["GET,HEAD /own", "GET,HEAD /included"]

    app, router = guarded(), APIRouter(dependencies=[Access("api")])
    router.add_route("/route", show)
    router.mount("/mount", show)
    app.include_router(router)
    if not COPIES:
        assert [*await faults_of(app)] == ["GET,HEAD /route", "ANY /mount"]


async def test_marks_of_an_application_leave_the_pages_of_its_documentation_to_the_report(serve):
    app = guarded(dependencies=[Access("api")])
    app.get("/")(show)
    async with serve(app) as client:
        assert (await client.get("/")).status_code == 401
        assert (await client.get("/openapi.json")).status_code == 200


async def test_resource_66_the_start_reports_open_routes_that_tell_which_values_are_taken(
    serve, caplog
):
    class Taken(BaseModel):
        name: Annotated[str, Unique(Member.name)]

    class Wanted(BaseModel):
        members: list[Annotated[int, Exists(Member.id)]]

    async def store(body: Checked[Taken]) -> None: ...

    async def invite(body: Checked[Wanted]) -> None: ...

    app = guarded(openapi_url=None)
    app.container.add_provider(DatabaseProvider("sqlite+aiosqlite://"))
    app.post("/open", dependencies=[public])(store)
    app.post("/closed", dependencies=[Access()])(store)
    app.post("/wanted", dependencies=[public])(invite)
    with caplog.at_level(logging.WARNING, "ftf.http"):
        async with serve(app):
            pass
    (message,) = caplog.messages
    assert message.startswith(
        "Everyone can find out which values are taken, by the rule `Unique` of "
    )
    assert "POST /open." in message
