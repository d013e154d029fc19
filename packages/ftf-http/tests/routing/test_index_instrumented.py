"""Methods of routes and routers that were replaced are called, as on FastAPI."""

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from routed import ask, show
from starlette.routing import Route

from ftf.http import FastTrackFramework

OWNERS = [
    (owner, name)
    for owner in (APIRoute, Route, APIRouter)
    for name in ("matches", "handle", "app")
    if hasattr(owner, name)
]


@pytest.mark.parametrize("path", ["/own", "/included"])
@pytest.mark.parametrize(("owner", "name"), OWNERS)
async def test_path_16_methods_that_were_replaced_are_called(monkeypatch, owner, name, path):
    seen: list[str] = []
    called = []
    for kind in (FastAPI, FastTrackFramework):
        app, inner = kind(openapi_url=None), APIRouter()
        app.get("/own")(show("own"))
        inner.get("/included")(show("included"))
        app.include_router(inner)
        for _ in range(2):
            await ask(app, path)
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, noting(getattr(owner, name), seen, name))
            seen.clear()
            assert (await ask(app, path))["status"] == 200
            called.append(len(seen))
    assert called[0] == called[1]


def noting(original, seen: list[str], name: str):
    def noted(*args):
        seen.append(name)
        return original(*args)

    return noted


@pytest.mark.parametrize("name", ["matches", "handle"])
async def test_path_16_a_method_of_one_route_that_was_replaced_is_called(name):
    app, seen = FastTrackFramework(), []
    app.get("/x")(show("x"))
    route = app.router.routes[-1]
    original = getattr(route, name)

    def noting(*args):
        seen.append(name)
        return original(*args)

    setattr(route, name, noting)
    for _ in range(2):
        seen.clear()
        assert (await ask(app, "/x"))["status"] == 200
        assert seen
