"""An id for each request, in its response, its errors and their log entries."""

import re
from random import getrandbits
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import Scope

HEADER: Final = b"x-request-id"
_KEY = "ftf.http.request_id"
_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")


def request_id(connection: HTTPConnection) -> str | None:
    """Tell the id of a request or websocket, as in its header `X-Request-ID`.

    The id that a client or proxy sends is kept if it has 1 to 128 letters, digits or `._:/+=@-`;
    otherwise the request gets a new one. Only `FastTrackFramework` gives ids.
    """
    found: str | None = connection.scope.get(_KEY)
    return found


def identify(scope: Scope) -> bytes | None:
    """Give a request its id; one that has it from the application around this one gets none."""
    if _KEY in scope:
        return None
    found = _inbound(scope) or b"%032x" % getrandbits(128)
    scope[_KEY] = found.decode()
    return found


def noted_request_id(connection: HTTPConnection, error: Exception) -> str | None:
    """Tell the id of a request, having noted it on an error that is about to be logged."""
    found = request_id(connection)
    note = f"Request id: {found}"
    if note not in getattr(error, "__notes__", ()):  # by the application that is mounted in this
        error.add_note(note)
    return found


def label(scope: Scope) -> str:
    """Name a request in a log entry."""
    return f"{scope['path']} (request {scope.get(_KEY, 'without id')})"


def _inbound(scope: Scope) -> bytes | None:
    """Find an acceptable id in the request's headers."""
    for name, value in scope.get("headers", ()):  # a scope made by hand may have none
        if name == HEADER:
            found: bytes = value
            return found if _ACCEPTABLE.fullmatch(found) else None
    return None
