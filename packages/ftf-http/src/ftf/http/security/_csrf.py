"""The refusal of unsafe requests that browsers make for other sites."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from ..problems._refusal import refuse_early
from ._options import SecurityOptions
from ._origin import origin_of, origins, parsed_origin
from .exceptions import CrossSiteRefused

_SAFE: Final = {"GET", "HEAD", "OPTIONS", "TRACE"}
_OWN: Final = {b"same-origin", b"none"}
_READ: Final = {b"sec-fetch-site", b"origin", b"host", b"authorization", b"cookie"}
# A browser adds no such credentials by itself; it does add those of Basic.
_EXPLICIT: Final = (b"bearer ", b"dpop ")
_IMPLICIT: Final = {b"cookie", b"authorization"}


class CrossSite:
    """Finds unsafe requests and websockets that a browser makes for another site.

    Browsers say whose page makes a request, by `Sec-Fetch-Site` and `Origin`; no token is needed.

    Args:
        options: The application's options.
    """

    def __init__(self, options: SecurityOptions) -> None:
        self._origins = origins(options.origins)
        self._strict = options.csrf == "strict"

    def refuses(self, scope: Scope) -> bool:
        """Return whether a connection is one of these."""
        kind = scope["type"]
        unsafe = scope["method"] not in _SAFE if kind == "http" else kind == "websocket"
        return unsafe and not self._allows(scope)

    def _allows(self, scope: Scope) -> bool:
        found = {name: value for name, value in scope["headers"] if name in _READ}
        if found.get(b"authorization", b"").lower().startswith(_EXPLICIT):
            return True
        if scope["type"] == "websocket" and _IMPLICIT.isdisjoint(found):
            return True  # it has no credentials that a browser adds
        site, origin = found.get(b"sec-fetch-site"), found.get(b"origin")
        if site in _OWN:
            return True
        if origin is None:
            return site is None and not self._strict  # not a browser
        parsed = parsed_origin(origin)
        if parsed is None:
            return False
        own = site is None and parsed == origin_of(scope["scheme"], found.get(b"host", b""))
        return own or parsed in self._origins


class CsrfMiddleware:
    """Refuses unsafe requests and websockets that a browser makes for another site.

    Args:
        app: The ASGI application to wrap.
        application: The application whose handlers answer a refusal.
        cross_site: Finds what is refused.
    """

    def __init__(self, app: ASGIApp, application: object, cross_site: CrossSite) -> None:
        self.app = app
        self.application = application
        self._cross_site = cross_site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the lifespan is passed on unchanged."""
        if self._cross_site.refuses(scope):
            await refuse_early(self.application, scope, receive, send, CrossSiteRefused())
        else:
            await self.app(scope, receive, send)
