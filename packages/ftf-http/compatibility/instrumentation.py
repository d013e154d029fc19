"""What Sentry and Logfire see of an application is what they see of FastAPI's."""

import sys

import logfire
import pytest
import sentry_sdk
from fastapi import APIRouter, FastAPI, Request
from httpx import ASGITransport, AsyncClient
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sentry_sdk.integrations.fastapi import FastApiIntegration

from ftf.http import FastTrackFramework, Router

KINDS = [(FastAPI, APIRouter), (FastTrackFramework, Router)]


def application(kind):
    """An application with a route of its own and an included one."""
    app, router = kind[0](), kind[1]()

    @app.post("/own/{number}")
    @router.post("/included/{number}")
    async def pay(request: Request, number: int) -> int:
        await request.json()
        sentry_sdk.capture_message("seen")
        return number

    app.include_router(router, prefix="/api")
    return app


async def ask(app, path: str) -> None:
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        await client.post(path, json={"cents": 1})


PATHS = ["/own/1", "/api/included/1"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("style", ["endpoint", "url"])
async def test_sentry_has_the_transaction_and_the_body(path, style):
    seen = []
    for kind in KINDS:
        events = []
        sentry_sdk.init(
            dsn="http://key@127.0.0.1:9/1",
            before_send=lambda event, _, events=events: events.append(event),
            integrations=[FastApiIntegration(transaction_style=style)],
        )
        await ask(application(kind), path)
        seen.append([(event["transaction"], event["request"]["data"]) for event in events])
    assert seen[0] == seen[1]
    assert seen[0][0][1] == {"cents": 1}


@pytest.mark.parametrize("path", [*PATHS, "/own/x"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_logfire_has_the_arguments_and_the_route(path, when):
    seen = []
    for kind in KINDS:
        spans = InMemorySpanExporter()
        processors = [SimpleSpanProcessor(spans)]
        logfire.configure(
            send_to_logfire=False, console=False, additional_span_processors=processors
        )
        app = application(kind)
        if when == "after":
            await ask(app, path)
        logfire.instrument_fastapi(app)
        app.middleware_stack = None
        await ask(app, path)
        found = spans.get_finished_spans()[-1].attributes
        names = ("arguments.values", "arguments.errors", "route.name")
        seen.append([found.get(f"fastapi.{name}") for name in names])
    assert seen[0] == seen[1]
    assert any(seen[0]), sys.version
