"""Spans: what they cost where nothing listens, and what listeners and OpenTelemetry see of them."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from ftf.container import Container, ServiceProvider, UnitsOfWork
from ftf.container.events import Events, Listeners
from ftf.container.jobs import Job, JobRegistry, Jobs, JobsProvider
from ftf.container.spans import listening, span


class Heard:
    """Notes spans: their names and attributes, and the errors that end them."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, dict[str, object]]] = []
        self.errors: list[BaseException] = []

    @contextmanager
    def __call__(self, name: str, attributes: Mapping[str, object]) -> Iterator[None]:
        self.spans.append((name, dict(attributes)))
        try:
            yield
        except BaseException as error:
            self.errors.append(error)
            raise

    # As a tracer provider of OpenTelemetry, whose tracer it is.
    def get_tracer(self, name: str) -> "Heard":
        assert name == "ftf.container"
        return self

    def start_as_current_span(self, name: str, attributes: Mapping[str, object]):
        return self(name, attributes)


class Unit:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def commit(self) -> None:
        if self.error:
            raise self.error

    async def rollback(self) -> None: ...


def test_a_span_that_nothing_listens_to_is_the_same_object_for_all(monkeypatch):
    monkeypatch.delitem(sys.modules, "opentelemetry.trace", raising=False)
    assert span("render") is span("ftf.settle", commit=True)


def test_a_listener_hears_the_spans_of_its_block_and_their_errors():
    heard = Heard()
    error = ValueError("no paper")
    with listening(heard):
        with span("render", rows=3):
            pass
        with pytest.raises(ValueError, match="no paper"), span("print"):
            raise error
    with span("after"):
        pass
    assert heard.spans == [("render", {"rows": 3}), ("print", {})]
    assert heard.errors == [error]


async def test_an_inner_listener_takes_the_place_of_the_outer_one_in_its_tasks():
    outer, inner = Heard(), Heard()

    async def work() -> None:
        with span("work"):
            await asyncio.sleep(0)

    with listening(outer):
        with listening(inner):
            task = asyncio.create_task(work())
        with span("around"):
            await task
    assert (outer.spans, inner.spans) == ([("around", {})], [("work", {})])


@pytest.mark.parametrize("is_set", [True, False])
def test_logs_65_opentelemetry_records_spans_if_a_provider_is_set(is_set, monkeypatch):
    heard = Heard()
    module = SimpleNamespace(_TRACER_PROVIDER=heard if is_set else None)
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", module)
    with span("render", rows=3):
        pass
    assert heard.spans == ([("render", {"rows": 3})] if is_set else [])


def test_logs_65_opentelemetry_is_asked_where_its_variable_has_another_name(monkeypatch):
    heard = Heard()
    module = SimpleNamespace(get_tracer_provider=lambda: heard)
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", module)
    with span("render"):
        pass
    assert heard.spans == [("render", {})]


async def test_the_settling_of_units_of_work_is_a_span_and_nothing_to_settle_is_none():
    heard, error = Heard(), ValueError("locked")
    with listening(heard):
        await UnitsOfWork().settle(commit=True)
        for commit, unit in ((True, Unit()), (False, Unit()), (True, Unit(error))):
            units = UnitsOfWork()
            units.add(unit)
            with suppress(ValueError):
                await units.settle(commit=commit)
    settled = [("ftf.settle", {"commit": commit}) for commit in (True, False, True)]
    assert (heard.spans, heard.errors) == (settled, [error])


async def test_boots_jobs_and_listeners_after_the_commit_are_spans(monkeypatch):
    heard = Heard()  # contexts of their own have no listener
    module = SimpleNamespace(_TRACER_PROVIDER=heard)
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", module)

    class Booting(ServiceProvider):
        async def boot(self) -> None: ...

    class Placed: ...

    done = asyncio.Event()

    @dataclass(frozen=True)
    class Send(Job):
        async def handle(self) -> None:
            done.set()

    async def listen(event: Placed) -> None: ...

    async with Container() as container:
        Listeners.of(container).listen(Placed, listen, after_commit=True)
        container.add_provider(Booting(), JobsProvider())
        JobRegistry.of(container).register(Send)
        await container.boot()
        async with container.scoped_context() as scope:
            await scope.resolve(Events).dispatch(Placed())
            (job_id,) = await (await scope.aresolve(Jobs)).enqueue_many([Send()])
        await done.wait()
    names = dict(heard.spans)
    assert names["ftf.job"] == {"job": "Send", "job_id": job_id, "attempt": 1}
    assert names["ftf.listener"] == {"event": "Placed", "listener": "listen"}
    assert any(name == "ftf.boot" and "Booting" in str(about) for name, about in heard.spans)
