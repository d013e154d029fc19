"""The headers that responses get by their content: policies of content, of origins, of caches."""

from collections.abc import Collection, Iterable
from typing import Final

from starlette.types import Scope

from ._host import has_certificate_name, parsed_host
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

    def complete(self, scope: Scope, headers: Iterable[Header]) -> Headers:
        """Return the headers of a response with those that it lacks."""
        found = [*headers]
        present = dict(found)
        content = present.get(b"content-type", b"")
        found += [header for header in self._of(content, scope) if header[0] not in present]
        if self._hsts is not None and self._hsts[0] not in present and _is_secure(scope):
            found.append(self._hsts)
        if getattr(scope.get("user"), "is_authenticated", False):
            if b"cache-control" not in present:
                found.append((b"cache-control", b"no-store"))
            found.append((b"vary", _IDENTITY))
        return found

    def _of(self, content: bytes, scope: Scope) -> Headers:
        if content.startswith(b"text/html"):
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            return self._docs_html if path in self._docs else self._html
        return self._json if b"json" in content else self._other


def _is_secure(scope: Scope) -> bool:
    """Return whether a response came over https, for a host that a certificate can name."""
    if scope["scheme"] not in _SECURE:
        return False
    names = (parsed_host(value) for name, value in scope["headers"] if name == b"host")
    return all(found is not None and has_certificate_name(found[0]) for found in names)
