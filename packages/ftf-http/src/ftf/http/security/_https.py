"""What happens to requests over plain http where https is required."""

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from .exceptions import HttpsRequired

_PERMANENT = 308
_SAFE = {"GET", "HEAD"}


def demand_https(scope: Scope, host: bytes) -> Response:
    """Return the redirect of a navigation that came over http.

    What a program sends is refused and not redirected: it would go on to send what it sends,
    passwords included, over http first.

    Args:
        scope: The ASGI scope.
        host: The header Host.

    Raises:
        HttpsRequired: It is not a navigation.
    """
    if scope["type"] != "http" or scope["method"] not in _SAFE or not _navigates(scope):
        raise HttpsRequired
    path = scope.get("raw_path") or scope["path"].encode()
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    # Without the port, which is that of http.
    name = host.decode("latin-1")
    name = name[: name.rindex(":")] if name.rpartition(":")[2].isdecimal() else name
    return RedirectResponse(f"https://{name}{(path + query).decode('latin-1')}", _PERMANENT)


def _navigates(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    mode = headers.get("sec-fetch-mode")
    return "text/html" in headers.get("accept", "") if mode is None else mode == "navigate"
