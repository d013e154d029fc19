"""What connects work with the work that it follows from; ftf-http tests it with OpenTelemetry."""

import sys
from contextvars import ContextVar
from types import SimpleNamespace

import pytest

from ftf.container import Container, Correlation
from ftf.container.events import Events, Listeners

span: ContextVar[str] = ContextVar("span", default="")


class OrderPaid: ...


@pytest.fixture
def tracing(monkeypatch):
    """Modules with the functions of OpenTelemetry that are called, over a single variable."""

    def inject(carrier: dict[str, str]) -> None:
        carrier["traceparent"] = span.get()

    propagate = SimpleNamespace(inject=inject, extract=lambda carrier: carrier["traceparent"])
    monkeypatch.setitem(sys.modules, "opentelemetry.propagate", propagate)
    monkeypatch.setitem(sys.modules, "opentelemetry.context", SimpleNamespace(attach=span.set))


async def test_a_listener_after_the_commit_is_in_the_trace_of_the_event(tracing):
    seen = []

    async def look(event: OrderPaid, correlation: Correlation) -> None:
        seen.append((span.get(), correlation["traceparent"]))

    container = Container()
    Listeners.of(container).listen(OrderPaid, look, after_commit=True)
    span.set("of the request")
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPaid())
    assert seen == [("of the request", "of the request")]


async def test_without_opentelemetry_there_is_no_trace(monkeypatch):
    monkeypatch.delitem(sys.modules, "opentelemetry.propagate", raising=False)
    seen = []

    async def look(event: OrderPaid, correlation: Correlation) -> None:
        seen.append(correlation)

    container = Container()
    Listeners.of(container).listen(OrderPaid, look, after_commit=True)
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPaid())
    assert seen == [{}]


async def test_each_scope_has_a_correlation_of_its_own():
    container = Container()
    async with container.scoped_context() as one, container.scoped_context() as other:
        one.resolve(Correlation)["tenant"] = "7"
        assert one.resolve(Correlation) == {"tenant": "7"}
        assert other.resolve(Correlation).request_id == ""
