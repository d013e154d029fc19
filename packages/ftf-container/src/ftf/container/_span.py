"""`span`: the part of a piece of work that is timed, by what listens and by OpenTelemetry."""

import sys
from collections.abc import Generator, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final, Protocol


class SpanListener(Protocol):
    """What takes note of the spans of a piece of work."""

    def __call__(
        self, name: str, attributes: Mapping[str, object], /
    ) -> AbstractContextManager[object]:
        """Return what is entered when a span begins, and left with its error when it ends."""


class _Tracer(Protocol):
    def start_as_current_span(
        self, name: str, *, attributes: Mapping[str, object]
    ) -> AbstractContextManager[object]: ...


class _TracerProvider(Hashable, Protocol):
    """That of OpenTelemetry, which is no dependency."""

    def get_tracer(self, name: str, /) -> _Tracer: ...


_listener: ContextVar[SpanListener | None] = ContextVar("ftf.container.spans", default=None)
_UNHEARD: Final = nullcontext()
_UNKNOWN: Final = object()


def span(name: str, /, **attributes: object) -> AbstractContextManager[object]:
    """Time the block of a `with` statement.

    OpenTelemetry records it, if the application has set a tracer provider, below the span that is
    open; so does what listens. Nothing happens if neither does.

    Args:
        name: What the block does. The framework's own names begin with "ftf.".
        attributes: Facts about it: strings, numbers and booleans.
    """
    listener, provider = _listener.get(), _provider()
    if listener is None and provider is None:
        return _UNHEARD
    return _heard(listener, provider, name, attributes)


@contextmanager
def listening(listener: SpanListener) -> Iterator[None]:
    """Call a listener for each span that begins in this block, and in the tasks that it starts.

    Args:
        listener: It replaces that of an outer block.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def _heard(
    listener: SpanListener | None,
    provider: _TracerProvider | None,
    name: str,
    attributes: Mapping[str, object],
) -> Generator[None]:
    with ExitStack() as stack:
        if provider is not None:
            tracer = _tracer_of(provider)
            stack.enter_context(tracer.start_as_current_span(name, attributes=attributes))
        if listener is not None:
            stack.enter_context(listener(name, attributes))
        yield


def _provider() -> _TracerProvider | None:
    """Return the tracer provider of the application, if OpenTelemetry is in use."""
    trace: Any = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return None
    # As long as there is none, get_tracer_provider() looks into the environment at each call.
    found: Any = vars(trace).get("_TRACER_PROVIDER", _UNKNOWN)
    provider: _TracerProvider | None = trace.get_tracer_provider() if found is _UNKNOWN else found
    return provider


@lru_cache(maxsize=1)
def _tracer_of(provider: _TracerProvider) -> _Tracer:
    return provider.get_tracer("ftf.container")
