"""The headers that responses get by their content: policies of content, of origins, of caches."""

from collections.abc import Collection, Iterable
from typing import Final

from starlette.types import Scope

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
_IDENTITY: Final = b"authorization, cookie"
_PERMISSIONS: Final = b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class ResponseHeaders:
    """The headers of responses that do not set them themselves.

    Args:
        options: The application's options.
        docs: The paths of the pages of its documentation.
    """

    def __init__(self, options: SecurityOptions, docs: Collection[str]) -> None:
        policy = options.content_policy.encode("latin-1")
        self._other: Headers = [(CSP, policy)] if policy else []
        self._json: Headers = [*self._other, (b"cross-origin-resource-policy", b"same-origin")]
        html: Headers = [
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"permissions-policy", _PERMISSIONS),
        ]
        self._docs_html: Headers = [*html, (CSP, DOCS_POLICY.encode())]
        own = options.html_policy.encode("latin-1")
        self._html: Headers = [*html, (CSP, own)] if own else html
        self._docs = frozenset(docs)
        subdomains = "; includeSubDomains" if options.hsts_subdomains else ""
        hsts = f"max-age={options.hsts_seconds}{subdomains}".encode()
        self._hsts = (b"strict-transport-security", hsts) if options.https == "require" else None

    def complete(self, scope: Scope, host: bytes | None, headers: Iterable[Header]) -> Headers:
        """Return the headers of a response with those that it lacks.

        Args:
            scope: The ASGI scope.
            host: The header Host of the request.
            headers: The headers of the response.
        """
        found = [*headers]
        present = dict(found)
        for header in self._of(present.get(b"content-type", b""), scope):
            if header[0] not in present:
                found.append(header)  # noqa: PERF401  # faster than a list for each response
        hsts = self._hsts
        if hsts and scope["scheme"] in _SECURE and hsts[0] not in present and is_certified(host):
            found.append(hsts)
        if "user" in scope and getattr(scope["user"], "is_authenticated", False):
            if b"cache-control" not in present:
                found.append((b"cache-control", b"no-store"))
            found.append((b"vary", _IDENTITY))
        return found

    def _of(self, content: bytes, scope: Scope) -> Headers:
        if content.startswith(b"text/html"):
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            return self._docs_html if path in self._docs else self._html
        return self._json if b"json" in content else self._other
