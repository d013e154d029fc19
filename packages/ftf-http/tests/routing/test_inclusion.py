"""Routes that are served in more than one place: each has its own dependencies, as on FastAPI."""

import asyncio
from dataclasses import dataclass, field

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import PlainTextResponse
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.routing import Mount

from ftf.http import FastTrackFramework, Router


def guard(name: str):
    """A dependency that notes that it ran, and refuses whoever names it."""

    async def check(request: Request) -> None:
        request.scope["trail"].append(name)
        if request.headers.get("refused-by") == name:
            raise HTTPException(403, name)

    return Depends(check)


async def answer_of(app, path: str, host: str = "test", refused_by: str = "") -> tuple[object, ...]:
    """The status, type and body of a response, and which guards ran."""
    headers = [(b"host", host.encode()), (b"refused-by", refused_by.encode())]
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "trail": []}
    sent = []

    async def send(message) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    await app(scope | {"query_string": query.encode()}, receive, send)
    kind = dict(sent[0]["headers"]).get(b"content-type")
    return sent[0]["status"], kind, sent[1]["body"], scope["trail"]


@pytest.fixture
def orders():
    router = Router()

    @router.get("/orders")
    async def list_orders() -> str:
        return "orders"

    return router


async def test_an_inclusion_in_a_mounted_router_has_its_dependencies(orders):
    app, admin = FastTrackFramework(), Router()
    admin.include_router(orders, dependencies=[guard("admin")])
    app.include_router(orders, prefix="/public")
    app.mount("/admin", admin)
    app.host("admin.test", admin)
    assert (await answer_of(app, "/public/orders"))[3] == []
    assert (await answer_of(app, "/admin/orders", refused_by="admin"))[0] == 403
    assert (await answer_of(app, "/orders", "admin.test", refused_by="admin"))[0] == 403
    assert (await answer_of(app, "/admin/orders"))[3] == ["admin"]


async def test_a_router_of_another_application_has_its_dependencies(orders):
    app, other = FastTrackFramework(), FastTrackFramework()
    other.include_router(orders, dependencies=[guard("other")])
    app.include_router(orders)
    app.mount("/v1", other.router)
    assert (await answer_of(app, "/orders"))[3] == []
    assert (await answer_of(app, "/v1/orders", refused_by="other"))[0] == 403
    assert (await answer_of(other, "/orders", refused_by="other"))[0] == 403


async def test_a_dependency_that_a_route_gets_later_is_not_skipped(orders):
    app = FastTrackFramework()
    app.router.routes += orders.routes
    assert (await answer_of(app, "/orders"))[0] == 200
    (route,) = orders.routes
    extended = APIRouter(dependencies=[guard("late")])
    extended.add_api_route("/", list)
    route.dependant.dependencies += extended.routes[0].dependant.dependencies
    assert (await answer_of(app, "/orders", refused_by="late"))[0] == 403


@dataclass
class Place:
    """A router and what was put into it: at which prefix and host, and which place."""

    number: int
    inner: list[tuple[str, str, "Place"]] = field(default_factory=list)

    def paths(self) -> list[tuple[str, str]]:
        """Every host and path below it."""
        own = [f"/text{self.number}", f"/slow{self.number}"]
        own += [f"/number{self.number}?q={q}" for q in (3, "x")]
        below = [
            (host or at, prefix + path)
            for at, prefix, place in self.inner
            for host, path in place.paths()
        ]
        return [("", path) for path in own] + below


WAYS = ("include", "include", "mount", "host", "application", "router of application", "move")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(WAYS),
        st.sampled_from([(0, 1), (0, 2), (1, 2)]),  # no router into itself
        st.integers(0, 3),
    ),
    min_size=2,
    max_size=6,
)


class Built:
    """An application that steps have put together out of three routers."""

    def __init__(self, application, router) -> None:
        self.application = application
        self.router = router
        self.app = application()
        self.routers = [self.app.router, *(router(dependencies=self.guards(n)) for n in (1, 2))]
        for number, each in enumerate(self.routers):
            with_routes(each, number)

    def guards(self, number: int):
        return [guard(f"guard {number}")] if number % 2 else []

    def take(self, at: int, step) -> None:
        way, (outer, inner), guarded = step
        into, what = self.routers[outer], self.routers[inner]
        options = {"default_response_class": PlainTextResponse} if guarded > 1 else {}
        if way == "include":
            into.include_router(
                what, prefix=f"/at{at}", dependencies=self.guards(guarded), **options
            )
        elif way == "mount":
            into.mount(f"/at{at}", what)
        elif way == "host":
            into.host(f"at{at}.test", what)
        elif way == "move":
            into.routes.append(Mount(f"/at{at}", routes=list(what.routes)))
        else:
            app = self.application(dependencies=self.guards(guarded))
            app.include_router(what, prefix="/sub", dependencies=self.guards(guarded + 1))
            into.mount(f"/at{at}", app if way == "application" else app.router)


def with_routes(router, number: int) -> None:
    @router.get(f"/text{number}")
    async def text() -> str:
        return f"text {number}"

    @router.get(f"/number{number}")
    async def square(q: int) -> str:
        return f"{q * q}"

    @router.get(f"/slow{number}", dependencies=[guard("own")])
    def slow() -> str:
        return "slow"


def ours(**options) -> FastTrackFramework:
    return FastTrackFramework(problem_details=False, security_headers={}, **options)


def put(places: list[Place], at: int, step) -> None:
    """Write down where a step puts a router."""
    way, (outer, inner), _ = step
    host = f"at{at}.test" if way == "host" else ""
    prefix = "" if way == "host" else f"/at{at}{'/sub' if 'application' in way else ''}"
    places[outer].inner.append((host, prefix, places[inner]))


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@example([("include", (0, 2), 0), ("include", (1, 2), 2), ("mount", (0, 1), 0)], "guard 1")
@example([("include", (0, 2), 2), ("router of application", (0, 2), 1)], "guard 1")
@example([("include", (0, 2), 0), ("include", (0, 2), 3), ("include", (0, 2), 0)], "guard 3")
@given(steps=STEPS, refused_by=st.sampled_from(["", "guard 1", "guard 3", "own"]))
def test_each_place_answers_as_on_fastapi(steps, refused_by):
    mine, plain = Built(ours, Router), Built(FastAPI, APIRouter)
    places = [Place(number) for number in range(3)]

    async def compare() -> None:
        for host, path in places[0].paths():
            for refusing in {"", refused_by}:
                expected = await answer_of(plain.app, path, host or "test", refusing)
                assert await answer_of(mine.app, path, host or "test", refusing) == expected

    for at, step in enumerate(steps):
        mine.take(at, step)
        plain.take(at, step)
        put(places, at, step)
        if at % 2:
            asyncio.run(compare())
    asyncio.run(compare())
