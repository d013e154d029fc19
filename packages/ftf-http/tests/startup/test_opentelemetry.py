"""What OpenTelemetry's instrumentation sees of an application, and leaves of it."""

import logging
import subprocess
import sys
from importlib.util import find_spec
from inspect import signature

import fastapi
import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from units_of_work import FailingUnit, RecordingUnit

from ftf.container import UnitsOfWork
from ftf.container.logs import ContextFilter
from ftf.container.spans import span
from ftf.http import FastTrackFramework, Injected


@pytest.fixture
def spans():
    return InMemorySpanExporter()


@pytest.fixture(params=[FastTrackFramework, FastAPI])
def plain_or_not(request, spans):
    yield from instrumented(request.param(), spans)


@pytest.fixture
def app(spans):
    yield from instrumented(FastTrackFramework(), spans)


def instrumented(app, spans):
    @app.get("/")
    async def show() -> str:
        return "fine"

    @app.get("/boom")
    async def boom() -> None:
        raise ValueError("boom")

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    FastAPIInstrumentor.instrument_app(app, tracer_provider=provider)
    yield app
    FastAPIInstrumentor.uninstrument_app(app)


def of_server(spans):
    (found,) = (span for span in spans.get_finished_spans() if span.kind is SpanKind.SERVER)
    return found


async def test_a_request_has_its_span(plain_or_not, spans, serve):
    async with serve(plain_or_not) as client:
        assert (await client.get("/")).json() == "fine"
    assert of_server(spans).name == "GET /"


async def test_an_unexpected_error_is_recorded_on_the_span(plain_or_not, spans, serve):
    async with serve(plain_or_not) as client:
        assert (await client.get("/boom")).status_code == 500
    (event,) = of_server(spans).events
    assert event.attributes["exception.type"] == "ValueError"
    assert of_server(spans).attributes["http.status_code"] == 500


@pytest.mark.parametrize("path", ["/", "/boom", "/nowhere"])
async def test_responses_keep_their_headers(app, path, serve):
    async with serve(app) as client:
        answer = await client.get(path)
    for name in ("x-request-id", "x-content-type-options", "x-frame-options", "referrer-policy"):
        assert name in answer.headers


async def test_a_problem_of_an_unexpected_error_has_the_request_s_id(app, serve):
    async with serve(app) as client:
        answer = await client.get("/boom")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_a_commit_that_fails_is_a_failure_of_the_span(app, spans, serve):
    @app.get("/commit")
    async def write(units: Injected[UnitsOfWork]) -> str:
        units.add(FailingUnit(ValueError("not committed")))
        return "done"

    async with serve(app) as client:
        answer = await client.get("/commit")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert of_server(spans).attributes["http.status_code"] == 500
    (event,) = of_server(spans).events
    assert event.attributes["exception.message"] == "not committed"


@pytest.fixture
def provider(spans, monkeypatch):
    """The tracer provider of the process, which can be set only once otherwise."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    return provider


IS_NATIVE = find_spec("fastapi.telemetry") is not None  # older FastAPI has no telemetry


@pytest.mark.parametrize(
    "is_contributed",
    [*([pytest.param(False, id="native")] if IS_NATIVE else []), pytest.param(True, id="contrib")],
)
async def test_logs_65_a_request_has_one_span_and_its_commit_one_below_it(
    is_contributed, provider, spans, serve
):
    app = FastTrackFramework()

    @app.get("/")
    async def show(units: Injected[UnitsOfWork]) -> str:
        units.add(RecordingUnit([]))
        with span("render", rows=3):
            return "fine"

    if is_contributed:
        FastAPIInstrumentor.instrument_app(app, tracer_provider=provider)
    async with serve(app) as client:
        assert (await client.get("/")).json() == "fine"
    if is_contributed:
        FastAPIInstrumentor.uninstrument_app(app)
    server = of_server(spans)
    (settle,) = [each for each in spans.get_finished_spans() if each.name == "ftf.settle"]
    (render,) = [each for each in spans.get_finished_spans() if each.name == "render"]
    assert dict(settle.attributes) == {"commit": True}
    assert dict(render.attributes) == {"rows": 3}
    assert server.context.trace_id == settle.context.trace_id == render.context.trace_id


async def test_log_records_have_the_ids_of_the_open_span(provider, serve, caplog):
    app = FastTrackFramework()
    caplog.handler.addFilter(context := ContextFilter())

    @app.get("/")
    async def show() -> None:
        with span("render"):
            found = trace.get_current_span().get_span_context()
            logging.getLogger("shop").warning("%x %x", found.trace_id, found.span_id)

    async with serve(app) as client:
        await client.get("/")
    caplog.handler.removeFilter(context)
    (record,) = [each for each in caplog.records if each.name == "shop"]
    ids = f"{int(record.trace_id, 16):x} {int(record.span_id, 16):x}"
    assert record.getMessage() == ids


_PROGRAM = """
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
FastAPIInstrumentor().instrument()  # first, as by the command opentelemetry-instrument
from ftf.http import FastTrackFramework
app = FastTrackFramework(title="Shop")
assert app._is_instrumented_by_opentelemetry
assert app.title == "Shop"
try:
    print(FastTrackFramework(titel="Shop").extra)
except TypeError as error:
    print(error)
"""


@pytest.mark.slow
def test_an_application_starts_under_the_command_of_opentelemetry():
    command = [sys.executable, "-c", _PROGRAM]
    found = subprocess.run(  # noqa: S603  # nothing comes from outside
        command, capture_output=True, text=True, check=True
    )
    is_kept = "extra" in signature(FastAPI.__init__).parameters  # by older FastAPI
    refused = f"FastAPI {fastapi.__version__} has no option named titel."
    assert found.stdout.strip() == ("{'titel': 'Shop'}" if is_kept else refused)
