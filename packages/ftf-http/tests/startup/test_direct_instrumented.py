"""The direct way is left where FastAPI's layers are replaced, wrapped or record requests."""

import pytest
from direct_application import (
    application,
)
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from starlette.applications import Starlette
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware

CLASSES = [ServerErrorMiddleware, ExceptionMiddleware, Starlette, FastAPI]


@pytest.mark.parametrize("cls", CLASSES)
async def test_path_16_layers_that_are_replaced_later_are_called(ask, log, monkeypatch, cls):
    app, seen = application(log), []
    for _ in range(2):
        await ask(app, "/fine")
    original = cls.__call__

    async def noting(self, scope, receive, send) -> None:
        seen.append(cls)
        await original(self, scope, receive, send)

    monkeypatch.setattr(cls, "__call__", noting)
    assert (await ask(app, "/fine"))[0] == 200
    assert seen == [cls]


async def test_path_16_layers_that_were_replaced_before_are_called(ask, log, monkeypatch):
    monkeypatch.setattr("ftf.http.startup._known_layers.is_own", lambda *_: False)
    app = application(log)
    seen = [(await ask(app, "/layers"))[2] for _ in range(3)]
    assert seen[2] == seen[0] != b"[]"


async def test_path_16_a_stack_that_is_replaced_is_called(ask, log):
    app, seen = application(log), []
    for _ in range(2):
        await ask(app, "/fine")
    stack = app.middleware_stack

    async def noting(scope, receive, send) -> None:
        seen.append(scope["path"])
        await stack(scope, receive, send)

    app.middleware_stack = noting
    for _ in range(2):
        await ask(app, "/fine")
    assert seen == ["/fine", "/fine"]


async def test_path_16_a_router_s_stack_that_is_replaced_is_called(ask, log):
    app, seen = application(log), []
    for _ in range(2):
        await ask(app, "/fine")
    stack = app.router.middleware_stack

    async def noting(scope, receive, send) -> None:
        seen.append(scope["path"])
        await stack(scope, receive, send)

    app.router.middleware_stack = noting
    for _ in range(2):
        await ask(app, "/fine")
    assert seen == ["/fine", "/fine"]
    app.middleware_stack = None
    await ask(app, "/fine")
    assert len(seen) == 3


async def test_path_16_telemetry_that_is_set_up_later_records_requests(ask, log, monkeypatch):
    if "telemetry" not in FastAPI.__init__.__annotations__:  # the oldest FastAPI has none
        return
    from opentelemetry import trace

    app = application(log)
    for _ in range(3):
        shown = (await ask(app, "/layers"))[2]
    assert shown == b"[]"
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", TracerProvider())
    for _ in range(3):
        assert b"ServerErrorMiddleware" in (await ask(app, "/layers"))[2]
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    assert (await ask(app, "/layers"))[2] == b"[]"
