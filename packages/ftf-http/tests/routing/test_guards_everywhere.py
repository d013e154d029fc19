"""No guard is skipped, whatever way a request takes to its handler."""

from asyncio import Event
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from guards import (
    GUARDS,
    LIMITS_BODIES,
    PLACES,
    Guard,
    Place,
    built,
    in_router,
    on_application,
)
from raw_requests import Asked, ask
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from ftf.http import FastTrackFramework, Router

# Ways: what stands around the application, or changes while it serves.


def alone(app: FastTrackFramework) -> ASGIApp:
    return app


def with_cors(app: FastTrackFramework) -> ASGIApp:
    app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"])
    return app


def with_function(app: FastTrackFramework) -> ASGIApp:
    @app.middleware("http")
    async def pass_on(request, call_next):
        return await call_next(request)

    return app


def with_asgi(app: FastTrackFramework) -> ASGIApp:
    class Passing:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self.app(scope, receive, send)

    app.add_middleware(Passing)
    return app


def mounted(outer: Callable[[], Starlette]) -> Callable[[FastTrackFramework], ASGIApp]:
    def within(app: FastTrackFramework) -> ASGIApp:
        around = outer()
        around.router.routes.append(Mount("/outer", app=app))

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await around({**scope, "path": f"/outer{scope['path']}"}, receive, send)

        return serve

    return within


def rebuilt(app: FastTrackFramework) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        app.middleware_stack = None
        await app(scope, receive, send)

    return serve


def changing(change: Callable[[FastTrackFramework], object]):
    def changed(app: FastTrackFramework) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            change(app)
            await app(scope, receive, send)

        return serve

    return changed


def wrapped(app: FastTrackFramework) -> ASGIApp:
    inner = app.build_middleware_stack()

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(scope, receive, send)

    app.middleware_stack = around
    return app


def overriding(app: FastTrackFramework) -> ASGIApp:
    turns = iter(range(99))

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        app.dependency_overrides = {len: len} if next(turns) % 2 else {}
        await app(scope, receive, send)

    return serve


def beside_another(app: FastTrackFramework) -> ASGIApp:
    other = FastTrackFramework()
    other.router.routes.extend(app.routes)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    return serve


WAYS = {
    "alone": alone,
    "CORS": with_cors,
    "function": with_function,
    "ASGI": with_asgi,
    "in Starlette": mounted(Starlette),
    "in FastAPI": mounted(FastAPI),
    "in ours": mounted(FastTrackFramework),
    "rebuilt": rebuilt,
    "wrapped": wrapped,
    "reversed": changing(lambda app: app.router.routes.reverse()),
    "added": changing(lambda app: app.get("/more")(lambda: None)),
    "overriding": overriding,
    "replaced list": changing(lambda app: setattr(app.router, "routes", [*app.routes])),
    "beside another": beside_another,
}


def cases() -> Iterator[tuple[str, Place, str]]:
    """Each guard in each place, and on each way in one of the places."""
    for number, guard in enumerate(GUARDS):
        yield from ((guard, place, "alone") for place in PLACES)
        for turn, way in enumerate([*WAYS][1:], number):
            yield guard, PLACES[turn % len(PLACES)], way


async def use_up(served: ASGIApp, guard: Guard) -> None:
    """Use up the quota of a guard that is a limit."""
    if guard.limit:
        await ask(served, Asked(path="/burn", body=(b"",)))


@pytest.mark.parametrize(("name", "place", "way"), [*cases()])
async def test_a_guard_refuses_every_request(name, place, way):
    guard, reached = GUARDS[name], []
    served = WAYS[way](built(guard, place, reached))
    bad = Asked(headers=guard.refused, body=guard.body, scheme=guard.scheme)
    good = Asked(headers=guard.allowed)
    await use_up(served, guard)
    for asked in (bad, good, bad, good, bad):
        reached.clear()
        answered = await ask(served, asked)
        assert b"x-request-id" in answered.headers
        assert answered.headers[b"x-content-type-options"] == b"nosniff"
        expected = (guard.status, []) if asked is bad else (200, ["1"])
        assert (answered.status, reached) == expected


SOCKETS = {name: guard for name, guard in GUARDS.items() if "body" not in name and name != "length"}


@pytest.mark.parametrize("way", ["alone", "CORS", "function", "in ours", "added"])
@pytest.mark.parametrize("name", SOCKETS)
async def test_a_guard_refuses_every_websocket(name, way):
    guard, reached = SOCKETS[name], []
    app = built(guard, on_application, reached)
    router = Router(dependencies=guard.dependencies("router"))

    @router.websocket("/talk")
    async def talk(websocket: WebSocket) -> None:
        reached.append("talk")
        await websocket.accept()

    app.include_router(router, dependencies=guard.dependencies("inclusion"))
    served = WAYS[way](app)
    cookie = (b"cookie", b"session=1")
    bad = Asked(path="/talk", headers=(*guard.refused, cookie), kind="websocket")
    bad = replace(bad, scheme=guard.scheme)
    await use_up(served, guard)
    for _ in range(2):
        assert (await ask(served, bad)).status != 101
    assert reached == []
    await ask(served, Asked(path="/talk", headers=guard.allowed, kind="websocket"))
    assert reached == ["talk"]


@pytest.mark.parametrize("way", ["alone", "CORS", "function", "ASGI", "in ours", "rebuilt"])
async def test_time_limits_hold(way, advance):
    app = FastTrackFramework(request_timeout=50)
    cancelled = []

    @app.post("/guarded/{number}")
    async def wait(number: str) -> None:
        advance(51)
        try:
            await Event().wait()
        finally:
            cancelled.append(number)

    served = WAYS[way](app)
    for times in (1, 2):
        answered = await ask(served, Asked())
        assert (answered.status, len(cancelled)) == (503, times)
        assert {b"x-request-id", b"x-content-type-options"} <= {*answered.headers}


async def test_an_early_hint_does_not_end_a_time_limit(advance):
    app = FastTrackFramework(request_timeout=50)

    async def hint(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.early_hint", "links": []})
        advance(51)
        await Event().wait()

    app.mount("/hint", hint)
    assert (await ask(app, Asked(path="/hint/"))).status == 503


@pytest.mark.parametrize("way", ["alone", "CORS", "function", "in ours"])
async def test_a_body_of_a_client_that_has_left_reaches_no_handler(way):
    guard, reached = GUARDS["dependency of the router"], []
    served = WAYS[way](built(guard, in_router, reached))
    for headers in (guard.refused, guard.allowed, guard.refused, guard.allowed):
        with suppress(StopIteration, RuntimeError):
            await ask(served, Asked(headers=headers, body=()))
    assert reached == []


@pytest.mark.parametrize("problem_details", [True, False])
async def test_a_body_limit_holds_for_routes_that_are_added_late(problem_details):
    if not LIMITS_BODIES:
        pytest.skip("this FastAPI has no limit")
    app, reached = FastTrackFramework(problem_details=problem_details), []

    async def handle(body: dict[str, object]) -> None:
        reached.append(body)

    app.post("/guarded/1")(handle)
    first, later = Asked(), {}
    assert [(await ask(app, first)).status for _ in range(3)] == [200] * 3
    app.post("/route", max_body_size=9)(handle)
    for path, router in {"/router": Router(max_body_size=9), "/inclusion": APIRouter()}.items():
        router.post(path)(handle)
        app.include_router(router, max_body_size=9)
    reached.clear()
    for path in ("/route", "/router", "/inclusion"):
        asked = Asked(path=path, body=(b'{"a":', b' "bbbbbbbbbb"}'))
        later[path] = [(await ask(app, asked)).status for _ in range(3)]
    assert ({*map(tuple, later.values())}, reached) == ({(413, 413, 413)}, [])
