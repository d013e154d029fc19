"""Routes that are added, moved and removed while serving, and routers that are included twice."""

import gc
import weakref

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from routed import ask, made, plain, show
from starlette.routing import Route

from ftf.http import FastTrackFramework
from ftf.http import Router as FastTrackRouter


def guard(name: str):
    async def check(request: Request) -> None:
        if request.headers.get("refused-by") == name:
            raise HTTPException(403, name)

    return Depends(check)


async def test_path_8_routes_change_while_serving():
    apps = [made(FastAPI), made(FastTrackFramework)]
    inner, ours = [APIRouter(), APIRouter()], [APIRouter(), FastTrackRouter()]

    async def served_after(*changes: object) -> bytes:
        assert len(changes) == len(apps)
        found = [[await ask(app, path) for path in ("/x", "/ours/x")] * 3 for app in apps]
        assert found[0] == found[1]
        return found[1][0]["body"]

    for app, one, other in zip(apps, inner, ours, strict=True):
        app.include_router(one)
        app.include_router(other, prefix="/ours")
    await served_after(*(app.get("/{name}")(plain("name")) for app in apps))
    await served_after(*(each.get("/x")(plain("inner")) for each in inner))
    await served_after(*(each.get("/x")(plain("ours")) for each in ours))
    first = Route("/x", plain("first"))
    assert await served_after(*(app.router.routes.insert(0, first) for app in apps)) == b"first {}"
    moved = [app.router.routes for app in apps]
    last = await served_after(*(routes.append(routes.pop(0)) for routes in moved))
    assert last != b"first {}"
    await served_after(*(routes.reverse() for routes in moved))
    for app, routes in zip(apps, moved, strict=True):
        app.router.routes = [*routes[:1]]
    await served_after(*apps)
    second = Route("/x", plain("second"))
    for app in apps:
        app.router.routes[0] = second
    assert await served_after(*apps) == b"second {}"
    await served_after(*(app.router.routes.clear() for app in apps))


async def test_path_8_a_route_that_is_equal_but_another_is_served():
    app, other = FastTrackFramework(), FastTrackFramework(dependencies=[guard("other")])
    handler = show("shared")
    app.router.routes = list(app.router.routes)
    for each in (app, other):
        each.get("/shared")(handler)
    refused = [(b"refused-by", b"other")]
    for _ in range(2):
        assert (await ask(app, "/shared", headers=refused))["status"] == 200
    app.router.routes[-1] = other.router.routes[-1]
    assert (await ask(app, "/shared", headers=refused))["status"] == 403


async def test_path_8_each_inclusion_has_its_own_guard():
    inner = APIRouter()
    inner.get("/x")(show("x"))
    app, middle = FastTrackFramework(), APIRouter(dependencies=[guard("middle")])
    middle.include_router(inner, prefix="/deep", dependencies=[guard("deep")])
    app.include_router(inner, prefix="/one", dependencies=[guard("one")])
    app.include_router(inner, prefix="/two", dependencies=[guard("two")])
    app.include_router(middle)
    for path, guards in {
        "/one/x": ["one"],
        "/two/x": ["two"],
        "/deep/x": ["middle", "deep"],
    }.items():
        for name in ("one", "two", "middle", "deep"):
            for _ in range(3):
                answer = await ask(app, path, headers=[(b"refused-by", name.encode())])
                assert answer["status"] == (403 if name in guards else 200)


async def test_path_19_routes_that_were_removed_are_freed():
    app = FastTrackFramework()
    app.get("/a/{x}")(show("a"))
    app.get("/b")(show("b"))
    route = weakref.ref(app.router.routes[-2])
    for _ in range(2):
        await ask(app, "/a/1")
    del app.router.routes[-2]
    await ask(app, "/b")
    gc.collect()
    assert route() is None
