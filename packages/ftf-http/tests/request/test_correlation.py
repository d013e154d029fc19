"""The id and trace of a request, in the jobs and listeners that follow from it."""

import asyncio
from dataclasses import dataclass

import pytest
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import get_current_span

from ftf.container import Correlation
from ftf.container.events import Events, EventsProvider, Listeners
from ftf.container.jobs import Job, JobRegistry, Jobs, JobsProvider
from ftf.http import FastTrackFramework, Injected

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


class OrderPlaced: ...


class Seen(asyncio.Queue[tuple[str, dict[str, str], str]]): ...


def note(name: str, correlation: Correlation, seen: Seen) -> None:
    trace = get_current_span().get_span_context().trace_id
    seen.put_nowait((name, dict(correlation), f"{trace:032x}" if trace else ""))


async def write_letter(event: OrderPlaced, correlation: Correlation, seen: Seen) -> None:
    note("listener", correlation, seen)


@dataclass(frozen=True)
class SendReceipt(Job):
    async def handle(self, correlation: Correlation, seen: Seen) -> None:
        note("job", correlation, seen)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def app(seen) -> FastTrackFramework:
    app = FastTrackFramework(providers=[EventsProvider(), JobsProvider()])
    app.container.instance(Seen, seen)
    Listeners.of(app.container).listen(OrderPlaced, write_letter, after_commit=True)
    JobRegistry.of(app.container).register(SendReceipt)

    @app.get("/")
    async def place(events: Injected[Events], jobs: Injected[Jobs]) -> None:
        await events.dispatch(OrderPlaced())
        await jobs.enqueue(SendReceipt())

    return app


async def served(app: FastTrackFramework, serve, seen: Seen, **headers: str):
    async with serve(app) as client:
        answer = await client.get("/", headers=headers)
        found = [await seen.get(), await seen.get()]
    assert [name for name, *_ in found] == ["listener", "job"]
    (_, carried, trace), second = found
    assert (carried, trace) == second[1:]
    assert carried.pop("request-id") == answer.headers["x-request-id"]
    return carried, trace


async def test_they_have_the_id_of_the_request(app, serve, seen):
    assert await served(app, serve, seen) == ({}, "")


@pytest.mark.parametrize(
    ("headers", "carried"),
    [
        ({"traceparent": PARENT}, {"traceparent": PARENT}),
        (
            {"traceparent": PARENT, "tracestate": "vendor=1"},
            {"traceparent": PARENT, "tracestate": "vendor=1"},
        ),
        ({"traceparent": PARENT, "tracestate": "v" * 513}, {"traceparent": PARENT}),
        ({"traceparent": "00-zz-b7ad6b7169203331-01", "tracestate": "vendor=1"}, {}),
    ],
)
async def test_they_have_the_trace_of_the_client_if_it_sends_one(
    app, serve, seen, headers, carried
):
    found, _ = await served(app, serve, seen, **headers)
    assert found == carried


async def test_their_spans_are_in_the_trace_of_the_request(app, serve, seen):
    FastAPIInstrumentor.instrument_app(app, tracer_provider=TracerProvider())
    try:
        carried, trace = await served(app, serve, seen, traceparent=PARENT)
    finally:
        FastAPIInstrumentor.uninstrument_app(app)
    assert trace == TRACE
    assert carried["traceparent"].split("-")[1] == TRACE
    assert carried["traceparent"] != PARENT  # the span of the request is their parent


async def test_what_an_application_adds_to_it_stays(app, serve, seen):
    app.container.register(Correlation, lambda: Correlation({"tenant": "7"}), scope="scoped")
    assert await served(app, serve, seen) == ({"tenant": "7"}, "")


async def test_outside_of_requests_there_is_none(app):
    async with app.container.scoped_context() as scope:
        assert await scope.aresolve(Correlation) == {}
