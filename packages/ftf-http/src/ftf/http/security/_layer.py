"""The layer of connections: proxies, hosts, https, and the headers of responses."""

import logging
from collections.abc import Collection, Iterable

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..problems._refusal import refuse_early
from ..routing._probe import is_probe
from ._host import Hosts, parsed_host
from ._https import demand_https
from ._options import SecurityOptions
from ._proxies import Proxies
from ._response_headers import ResponseHeaders
from .exceptions import HeadersTooLarge, HostRefused, ProxyRefused

_STARTS = {"http.response.start", "websocket.http.response.start"}
_SECURE = {"https", "wss"}
_HOST = b"host"
_READ = {
    _HOST,
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
}
_SCHEMES = {
    "http": {"http": "http", "https": "https", "ws": "http", "wss": "https"},
    "websocket": {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"},
}
_logger = logging.getLogger("ftf.http")


class ConnectionMiddleware:
    """Finds out who the client is, refuses what was not meant for the application, adds headers.

    Args:
        app: The ASGI application to wrap.
        application: The application whose handlers answer a refusal.
        options: Its options.
        docs: The paths of the pages of its documentation.
    """

    def __init__(
        self,
        app: ASGIApp,
        application: object,
        options: SecurityOptions,
        docs: Collection[str],
    ) -> None:
        self.app = app
        self.application = application
        self._options = options
        self._headers = ResponseHeaders(options, docs)
        self._hosts = Hosts(options.hosts) if options.hosts else None
        proxied = bool(options.proxies)
        self._proxies = (
            Proxies(options.proxies, options.hops, options.forwarded) if proxied else None
        )
        self._examines_host = bool(options.hosts) or options.https == "require"
        self._limits = options.max_headers is not None or options.max_header_bytes is not None
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the lifespan is passed on unchanged."""
        if scope["type"] not in _SCHEMES:
            await self.app(scope, receive, send)
            return

        found = _collected(scope["headers"])

        async def send_completed(message: Message) -> None:
            if message["type"] in _STARTS:
                headers = message.get("headers", ())
                message["headers"] = self._headers.complete(scope, found.get(_HOST), headers)
            await send(message)

        try:
            redirect = self._examine(scope, found)
        except HTTPException as error:
            await refuse_early(self.application, scope, receive, send_completed, error)
            return
        await (redirect or self.app)(scope, receive, send_completed)

    def _examine(self, scope: Scope, found: dict[bytes, bytes]) -> Response | None:
        """Return a redirect in place of the application's response, if there is one.

        Args:
            scope: The ASGI scope, in which the client, scheme and host are set.
            found: The headers that `_collected` returns; the host is set in it too.

        Raises:
            HTTPException: The connection is refused.
        """
        if self._limits:
            self._limit_headers(scope)
        if self._proxies is not None and self._proxies.trusts_peer(scope.get("client")):
            self._believe(scope, found, self._proxies)
        if not self._examines_host or is_probe(self.application, scope):
            return None
        host = found.get(_HOST, b"")
        if not self._allows(host):
            raise HostRefused
        if self._options.https == "off" or scope["scheme"] in _SECURE:
            return None
        self._warn_of_proxy(scope)
        return demand_https(scope, host)

    def _allows(self, host: bytes) -> bool:
        return parsed_host(host) is not None if self._hosts is None else self._hosts.allows(host)

    def _believe(self, scope: Scope, found: dict[bytes, bytes], proxies: Proxies) -> None:
        """Set the client, the scheme and the host to what the proxies say."""
        forwarded = proxies.read(found)
        if forwarded is None:
            if self._options.malformed == "refuse":
                raise ProxyRefused
            return
        client, scheme, host = forwarded
        scope["client"] = (client, 0)
        if scheme:
            scope["scheme"] = _SCHEMES[scope["type"]].get(scheme, scope["scheme"])
        if self._options.forwarded_host and host:
            others = [pair for pair in scope["headers"] if pair[0] != _HOST]
            found[_HOST] = host.encode("latin-1")
            scope["headers"] = [*others, (_HOST, found[_HOST])]

    def _limit_headers(self, scope: Scope) -> None:
        headers, options = scope["headers"], self._options
        if options.max_headers is not None and len(headers) > options.max_headers:
            raise HeadersTooLarge
        most = options.max_header_bytes
        if most is not None and sum(len(name) + len(value) for name, value in headers) > most:
            raise HeadersTooLarge

    def _warn_of_proxy(self, scope: Scope) -> None:
        """Log once that a proxy seems to speak https, which would be redirected to for ever."""
        pair = (b"x-forwarded-proto", b"https")
        if not self._warned and pair in scope["headers"]:
            self._warned = True
            _logger.warning(
                "A request over http has X-Forwarded-Proto: https, and its peer %s is not among "
                "SecurityOptions(proxies=...), so that it is redirected to https again.",
                scope.get("client"),
            )


def _collected(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the headers that this layer reads; several of one name are a list (RFC 9110, 5.2).

    Two headers Host become one that no host matches.
    """
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            found[name] = found[name] + b"," + value if name in found else value
    return found
