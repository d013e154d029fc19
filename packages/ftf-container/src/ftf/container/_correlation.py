"""`Correlation`: what a log needs to connect work with the work that it follows from."""

import sys
from collections.abc import Callable, Mapping
from contextvars import Context, ContextVar
from typing import Any, ClassVar, Final

type LogFields = Callable[[], Mapping[str, object]]
"""Returns the fields that log records have within a piece of work."""


class Correlation(dict[str, str]):
    """The headers that cross from one piece of work to those that follow from it.

    A scope has one. ftf-http fills that of a request with its id and its trace; the scope of a job
    or of a listener after the commit has that of the scope in which it was enqueued or dispatched,
    with the trace of the span that was open then, if OpenTelemetry is in use.

    Attributes:
        REQUEST_ID: The name of the header with the id of the request.
        NOTE: What the note of an error begins with that names the request which it failed.
        of_records: What the log records of the current piece of work say about it. Whatever begins
            a piece of work sets it; it is called for the records that are written, and no others.
    """

    REQUEST_ID: Final[str] = "request-id"
    NOTE: Final[str] = "Request id: "
    of_records: ClassVar[ContextVar[LogFields | None]] = ContextVar(
        "ftf.container.log_fields", default=None
    )

    @property
    def request_id(self) -> str:
        """The id of the request that the work follows from; empty if it follows from none."""
        return self.get(self.REQUEST_ID, "")

    @property
    def log_fields(self) -> dict[str, object]:
        """What log records say about the work: the ids of its request and of its trace."""
        trace_id = self.get("traceparent", "").partition("-")[2].partition("-")[0]
        found = {"request_id": self.request_id, "trace_id": trace_id}
        return {name: value for name, value in found.items() if value}

    def __str__(self) -> str:
        return f" (request {self.request_id})" if self.request_id else ""


def with_trace(headers: Mapping[str, str]) -> Correlation:
    """Return a copy of headers, with the trace of the span that is open here."""
    found = Correlation(headers)
    # OpenTelemetry is no dependency; where it was not imported, no span is open.
    propagate: Any = sys.modules.get("opentelemetry.propagate")
    if propagate is not None:
        propagate.inject(found)
    return found


def continue_trace(headers: Mapping[str, str], context: Context) -> None:
    """Make the spans that are opened in a context children of the one that headers name."""
    propagate: Any = sys.modules.get("opentelemetry.propagate")
    if propagate is not None:
        attach = sys.modules["opentelemetry.context"].attach  # propagate imports it
        context.run(attach, propagate.extract(headers))
