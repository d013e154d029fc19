"""The headers that responses get by their content: policies of content, of origins, of caches."""

from collections.abc import Collection, Mapping
from typing import Final

from starlette.types import Scope

from ._connection_check import SENT_TO
from ._host import is_certified
from ._options import SecurityOptions

type Header = tuple[bytes, bytes]
type Headers = list[Header]

CSP: Final = b"content-security-policy"
# The pages of FastAPI load Swagger UI and ReDoc, and start them by a script in the page.
DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com; "
    "font-src https://fonts.gstatic.com; worker-src blob:; connect-src 'self'; "
    "img-src 'self' data: https://fastapi.tiangolo.com https://cdn.redoc.ly; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_SECURE: Final = {"https", "wss"}
_CACHE: Final = (b"cache-control", b"no-store")
_VARY: Final = (b"vary", b"authorization, cookie")
_PERMISSIONS: Final = b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class ResponseHeaders:
    """The headers of responses that do not set them themselves.

    Args:
        options: The application's options.
        docs: The paths of the pages of its documentation.
    """

    def __init__(self, options: SecurityOptions, docs: Collection[str]) -> None:
        policy = options.content_policy.encode("latin-1")
        other: Headers = [(CSP, policy)] if policy else []
        html: Headers = [
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"permissions-policy", _PERMISSIONS),
        ]
        own = options.html_policy.encode("latin-1")
        self._other = _Headers(other, options)
        self._json = _Headers([*other, (b"cross-origin-resource-policy", b"same-origin")], options)
        self._docs_html = _Headers([*html, (CSP, DOCS_POLICY.encode())], options)
        self._html = _Headers([*html, (CSP, own)] if own else html, options)
        self._docs = frozenset(docs)
        self._https = options.https == "require"

    def missing(self, scope: Scope, own: Mapping[bytes, bytes]) -> Headers:
        """Return the headers that a response lacks.

        Args:
            scope: The ASGI scope.
            own: The headers of the response.
        """
        kind = self._of(own.get(b"content-type", b""), scope)
        remembers = self._https and scope["scheme"] in _SECURE and is_certified(scope[SENT_TO])
        found = kind.with_hsts if remembers else kind.headers
        if not kind.names.isdisjoint(own):  # seldom: else there is no list for each response
            found = [header for header in found if header[0] not in own]
        if "user" in scope and getattr(scope["user"], "is_authenticated", False):
            return [*found, _VARY] if _CACHE[0] in own else [*found, _CACHE, _VARY]
        return found

    def _of(self, content: bytes, scope: Scope) -> "_Headers":
        if content.startswith(b"text/html"):
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            return self._docs_html if path in self._docs else self._html
        return self._json if b"json" in content else self._other


class _Headers:
    """The headers of one kind of content.

    Args:
        headers: The headers.
        options: The application's options, of which HSTS is one.

    Attributes:
        headers: The headers.
        with_hsts: The headers over https, for a host that browsers apply HSTS to.
        names: The names of all of them.
    """

    __slots__ = ("headers", "names", "with_hsts")

    def __init__(self, headers: Headers, options: SecurityOptions) -> None:
        subdomains = "; includeSubDomains" if options.hsts_subdomains else ""
        hsts = f"max-age={options.hsts_seconds}{subdomains}".encode()
        self.headers = headers
        self.with_hsts: Headers = [*headers, (b"strict-transport-security", hsts)]
        self.names = frozenset(name for name, _ in self.with_hsts)
