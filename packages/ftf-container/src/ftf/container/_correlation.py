"""`Correlation`: what a log needs to connect work with the work that it follows from."""

import sys
from collections.abc import Mapping
from contextvars import Context
from typing import Any, Final


class Correlation(dict[str, str]):
    """The headers that cross from one piece of work to those that follow from it.

    A scope has one. ftf-http fills that of a request with its id and its trace; the scope of a job
    or of a listener after the commit has that of the scope in which it was enqueued or dispatched,
    with the trace of the span that was open then, if OpenTelemetry is in use.

    Attributes:
        REQUEST_ID: The name of the header with the id of the request.
    """

    REQUEST_ID: Final[str] = "request-id"

    @property
    def request_id(self) -> str:
        """The id of the request that the work follows from; empty if it follows from none."""
        return self.get(self.REQUEST_ID, "")

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
