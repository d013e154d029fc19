"""Where limits hold: routes, routers, controllers, inclusions, before the body is read."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI

from ftf.http import Controller, FastTrackFramework, Injected, InvalidRoutesError, Router, get, post
from ftf.http.limits import (
    Limit,
    MemoryLimits,
    throttle,
)


async def show() -> int:
    return 1


def on_application(app: FastTrackFramework) -> None:
    app.get("/path", dependencies=[throttle("two")])(show)


def on_router(app: FastTrackFramework) -> None:
    router = Router(dependencies=[throttle("two")])
    router.get("/path")(show)
    app.include_router(router)


def three_deep(app: FastTrackFramework) -> None:
    inner, middle, outer = Router(), Router(), Router(dependencies=[throttle("two")])
    inner.get("/path")(show)
    middle.include_router(inner)
    outer.include_router(middle)
    app.include_router(outer)


def on_inclusion(app: FastTrackFramework) -> None:
    router = Router()
    router.get("/path")(show)
    app.include_router(router, dependencies=[throttle("two")])


def on_plain_router(app: FastTrackFramework) -> None:
    router = APIRouter(dependencies=[throttle("two")])
    router.get("/path")(show)
    app.include_router(router)


def on_controller(app: FastTrackFramework) -> None:
    @throttle("two")
    class Paths(Controller):
        @get("/path")
        async def show(self) -> int:
            return 1

    app.add_controller(Paths)


def on_controller_method(app: FastTrackFramework) -> None:
    class Paths(Controller):
        @get("/path")
        @throttle("two")
        async def show(self) -> int:
            return 1

    router = Router()
    router.add_controller(Paths)
    app.include_router(router)


def on_injected_handler(app: FastTrackFramework) -> None:
    @app.get("/path")
    @throttle("two")
    async def throttled(two: Injected[MemoryLimits]) -> int:
        return len(two)

    app.instance(MemoryLimits, MemoryLimits())


def inside_of_a_dependency(app: FastTrackFramework) -> None:
    async def limited(_: None = throttle("two")) -> None: ...

    app.get("/path", dependencies=[Depends(limited)])(show)


def on_mounted_application(app: FastTrackFramework) -> None:
    mounted = FastAPI()
    mounted.get("/path", dependencies=[throttle("two")])(show)
    app.mount("", mounted)


WAYS = [
    on_application,
    on_router,
    three_deep,
    on_inclusion,
    on_plain_router,
    on_controller,
    on_controller_method,
    on_injected_handler,
    inside_of_a_dependency,
    on_mounted_application,
]


@pytest.mark.parametrize("limit", WAYS)
async def test_edge_s75_limits_hold_wherever_they_are_declared(app, serve, limit, statuses):
    limit(app)
    async with serve(app) as client:
        assert await statuses(client, "/path") == [200, 200, 429]


async def test_a_name_counts_once_for_a_request(app, serve, statuses):
    router = Router(dependencies=[throttle("two")])

    @router.get("/")
    @throttle("two")
    async def show() -> int:
        return 1

    app.include_router(router, prefix="/x", dependencies=[throttle("two")])
    async with serve(app) as client:
        assert await statuses(client, "/x/") == [200, 200, 429]


async def test_two_inclusions_of_a_router_have_limits_of_their_own(app, serve, statuses):
    router = Router()

    @router.get("/")
    async def show() -> int:
        return 1

    app.include_router(router, prefix="/limited", dependencies=[throttle("two")])
    app.include_router(router, prefix="/free")
    async with serve(app) as client:
        assert await statuses(client, "/limited/") == [200, 200, 429]
        assert await statuses(client, "/free/") == [200, 200, 200]


@pytest.mark.parametrize("kind", ["application", "router", "controller"])
async def test_edge_s55_a_refused_request_is_not_read(app, serve, kind):
    class Bodies(Controller):
        @post("/")
        @throttle("two")
        async def add(self, body: dict[str, int]) -> int:
            return len(body)

    async def add(body: dict[str, int]) -> int:
        return len(body)

    if kind == "controller":
        app.add_controller(Bodies)
    elif kind == "router":
        router = Router()
        router.post("/")(add)
        app.include_router(router, dependencies=[throttle("two")])
    else:
        app.post("/")(throttle("two")(add))
    async with serve(app) as client:
        assert [(await client.post("/", json={})).status_code for _ in range(2)] == [200, 200]
        assert (await client.post("/", content=b"{")).status_code == 429

    async def receive():
        raise AssertionError("the body was read")

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    await app(scope | {"client": ("127.0.0.1", 123)}, receive, send)
    assert sent[0]["status"] == 429


async def test_a_limited_route_keeps_its_plan(app, serve):
    router = Router(dependencies=[throttle("two")])

    @router.get("/included/{number}")
    @app.get("/own/{number}")
    @throttle("two")
    async def show(number: int) -> int:
        return number

    @app.get("/parameter/{number}")
    async def show_both(number: int, _: None = throttle("two")) -> int:
        return number

    app.include_router(router)
    async with serve(app) as client:
        assert await statuses_of(client, "/included/1", "/own/x", "/own/1") == [200, 422, 429]
    ways = {way.path: way.way for way in app.ways()}
    assert ways["/own/{number}"] == ways["/included/{number}"] == "compiled"
    assert ways["/parameter/{number}"] == "fastapi"


async def statuses_of(client, *paths: str) -> list[int]:
    return [(await client.get(path)).status_code for path in paths]


async def test_a_route_that_is_added_late_is_limited(app, serve):
    async def add(body: dict[str, int]) -> int:
        return len(body)

    async with serve(app) as client:
        app.post("/late")(throttle("two")(add))
        codes = [(await client.post("/late", json={})).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


async def test_edge_s83_what_cannot_be_counted_stops_the_start_with_every_fault(app):
    @app.get("/unknown", dependencies=[throttle("unknown")])
    @app.get("/dear", dependencies=[throttle("two", cost=3)])
    async def show() -> int:
        return 1

    @throttle("two")
    @app.get("/above")
    async def above() -> int:
        return 1

    plain = APIRouter(prefix="/plain")

    @plain.get("/marked")
    @throttle("two")
    async def marked() -> int:
        return 1

    @plain.post("/body", dependencies=[throttle("two")])
    async def add(body: dict[str, int]) -> int:
        return len(body)

    app.include_router(plain)
    with pytest.raises(InvalidRoutesError) as caught:
        async with app.router.lifespan_context(app):
            pass
    faults = {fault.place: fault.reason for fault in caught.value.faults}
    assert [*faults] == [
        "GET /dear",
        "GET /unknown",
        "GET /above",
        "GET /plain/marked",
        "POST /plain/body",
    ]
    assert faults["GET /dear"] == (
        "cost=3 is not possible for a limit: it is from 1 to 2, which is allowed at once."
    )
    assert faults["GET /unknown"] == (
        "There is no limit named 'unknown'; the application has 'two'.\n"
        "Add it: `app.add_limit('unknown', Limit.per_minute(...))`."
    )
    assert "Write it below the decorator of the route" in faults["GET /above"]
    assert faults["GET /plain/marked"] == faults["GET /above"]
    assert "`route_class=ftf.http.Route`" in faults["POST /plain/body"]
    assert str(caught.value).startswith("The application cannot start: 5 checks of routes ")


async def test_edge_s83_a_limit_of_an_application_without_limits_stops_the_start():
    app = FastTrackFramework()
    app.get("/", dependencies=[throttle("api")])(lambda: 1)
    with pytest.raises(InvalidRoutesError, match="the application has none"):
        async with app.router.lifespan_context(app):
            pass


async def test_limits_are_added_before_the_start(app, serve):
    async with serve(app):
        with pytest.raises(RuntimeError, match="before the application starts"):
            app.add_limit("late", Limit.per_hour(1))


@throttle("two")
async def marked() -> None: ...


async def below(_: Annotated[None, Depends(marked)]) -> None: ...


@pytest.mark.parametrize("lost", [throttle("two"), marked, below])
async def test_edge_s83_a_limit_on_the_function_of_a_dependency_stops_the_start(lost):
    app = FastTrackFramework()
    app.add_limit("two", Limit.per_minute(2))
    app.get("/", dependencies=[Depends(lost)])(lambda: 1)
    with pytest.raises(InvalidRoutesError, match="Nothing asks it") as caught:
        async with app.router.lifespan_context(app):
            pass
    assert [fault.place for fault in caught.value.faults] == ["GET /"]
