"""The fields that all log records have which are written within a piece of work."""

import sys
from contextlib import AbstractContextManager
from contextvars import Token
from logging import LogRecord
from typing import Any, Final, cast

from .._correlation import Correlation, LogFields

NO_REQUEST: Final = ""  # the id in records that belong to no request
_ATTRIBUTE: Final = "ftf_context"


def log_context(**fields: object) -> AbstractContextManager[None]:
    """Add fields to the log records of a block, and of the tasks and threads that it starts.

    Args:
        fields: The fields; they replace those of the same name from around the block.
    """
    return _Block(fields)


class _Block:  # a generator would take three times as long
    __slots__ = ("_fields", "_token")

    def __init__(self, fields: dict[str, object]) -> None:
        self._fields = fields
        self._token: Token[LogFields | None] | None = None

    def __enter__(self) -> None:
        self._token = _bind(self._fields)

    def __exit__(self, *_: object) -> None:
        # reset() raises a ValueError in another context than that of the beginning, as where
        # FastAPI runs the two halves of a plain generator in threads.
        try:  # noqa: SIM105  # suppress() takes as long as all of this
            Correlation.of_records.reset(cast("Token[LogFields | None]", self._token))
        except ValueError:
            pass


def bind_log_context(**fields: object) -> Token[LogFields | None]:
    """Add fields to the log records of the request, job or command, from now on until its end.

    Outside of these they stay until the task ends, or the token is reset.

    Args:
        fields: The fields; they replace those of the same name.

    Returns:
        What restores the fields of before, by `Correlation.of_records.reset`.
    """
    return _bind(fields)


def _bind(fields: dict[str, object]) -> Token[LogFields | None]:
    outer = Correlation.of_records.get()
    return Correlation.of_records.set(lambda: {**(outer() if outer else {}), **fields})


def context_of(record: LogRecord) -> dict[str, object]:
    """Return the fields of the work that a record was written in, and keep them in the record."""
    found: dict[str, object] | None = vars(record).get(_ATTRIBUTE)
    if found is None:
        fields = Correlation.of_records.get()
        found = {**(fields() if fields else {}), **_open_span()}
        if "request_id" not in found:
            found |= _noted(record)
        setattr(record, _ATTRIBUTE, found)
    return found


def _open_span() -> dict[str, str]:
    """Return the ids of the span that is open, if OpenTelemetry is in use."""
    trace: Any = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return {}
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return {}
    return {
        "trace_id": trace.format_trace_id(span.trace_id),
        "span_id": trace.format_span_id(span.span_id),
    }


def _noted(record: LogRecord) -> dict[str, str]:
    """Return the request that the notes of an error name: servers log it after the request."""
    error = record.exc_info[1] if record.exc_info else None
    for note in getattr(error, "__notes__", ()):
        if note.startswith(Correlation.NOTE):
            return {"request_id": note.removeprefix(Correlation.NOTE)}
    return {}
