"""The id of each request, which its response, its errors and their log entries have."""

import re
from random import getrandbits
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from ftf.container import Correlation

HEADER: Final = b"x-request-id"
_KEY = "ftf.http.request_id"
# Of W3C Trace Context: the span that the request belongs to, and what vendors add to it.
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_TRACESTATE = re.compile(r"[ -~]{1,512}")
_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")


def request_id(connection: HTTPConnection) -> str | None:
    """Return the id of a request or websocket, as in its header `X-Request-ID`.

    An id that a client or proxy sends is kept if it has 1 to 128 letters, digits or `._:/+=@-`;
    otherwise a new one is made. Without `FastTrackFramework` it is `None`.
    """
    found: str | None = connection.scope.get(_KEY)
    return found


def identify(scope: Scope) -> bytes | None:
    """Set the id of a request and return it; `None` if an outer application has set one."""
    if _KEY in scope:
        return None
    found = _inbound(scope) or b"%032x" % getrandbits(128)
    scope[_KEY] = found.decode()
    return found


def noted_request_id(connection: HTTPConnection, error: Exception) -> str | None:
    """Add the id of a request to the notes of an error, which a log shows. Return the id."""
    found = request_id(connection)
    note = f"{Correlation.NOTE}{found}"
    if note not in getattr(error, "__notes__", ()):  # a mounted application has added it already
        error.add_note(note)
    return found


def correlation_of(scope: Scope) -> Correlation:
    """Return the id of a request, and the trace that its client is in, if it sends one."""
    found = Correlation()
    if _KEY in scope:
        found[Correlation.REQUEST_ID] = scope[_KEY]
    headers = Headers(raw=[*scope.get("headers", ())])
    traceparent, tracestate = headers.get("traceparent", ""), headers.get("tracestate", "")
    if _TRACEPARENT.fullmatch(traceparent):
        found["traceparent"] = traceparent
        if _TRACESTATE.fullmatch(tracestate):
            found["tracestate"] = tracestate
    return found


def log_fields(scope: Scope) -> dict[str, object]:
    """Return what the log records of a request say about it."""
    return correlation_of(scope).log_fields


def label(scope: Scope) -> str:
    """Return the name of a request in log entries: its path and id."""
    return f"{scope['path']} (request {scope.get(_KEY, 'without id')})"


def _inbound(scope: Scope) -> bytes | None:
    """Return the id in the request's headers, if it is acceptable."""
    for name, value in scope.get("headers", ()):  # scopes that tests write may have none
        if name == HEADER:
            found: bytes = value
            return found if _ACCEPTABLE.fullmatch(found) else None
    return None
