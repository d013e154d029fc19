"""What `SecurityOptions` demand of a connection: its proxies, its host, https, its headers."""

import logging
from collections.abc import Callable, Iterable
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from ..routing._probe import is_probe
from ._host import Hosts, parsed_host
from ._https import demand_https
from ._options import SecurityOptions
from ._proxies import Forwarded, Proxies
from .exceptions import HeadersTooLarge, HostRefused, ProxyRefused

type Headers = Iterable[tuple[bytes, bytes]]

SCHEMES: Final = {
    "http": {"http": "http", "https": "https", "ws": "http", "wss": "https"},
    "websocket": {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"},
}
_SECURE: Final = {"https", "wss"}
SENT_TO: Final = "ftf.http.host"  # in the scope: the header Host that was examined
_HOST: Final = b"host"
_READ: Final = {
    _HOST,
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
}
_logger = logging.getLogger("ftf.http")


class ConnectionCheck:
    """Finds out who the client is, and refuses what was not meant for the application.

    Args:
        application: The application, whose probes are answered for every host.
        options: Its options.
    """

    def __init__(self, application: object, options: SecurityOptions) -> None:
        self._application = application
        self._options = options
        self._proxies = (
            Proxies(options.proxies, options.hops, options.forwarded) if options.proxies else None
        )
        self._allows: Callable[[bytes], bool] = (
            Hosts(options.hosts).allows if options.hosts else _is_host
        )
        self._demands_https = options.https == "require"
        self._examines_host = bool(options.hosts) or self._demands_https
        self._limits = options.max_headers is not None or options.max_header_bytes is not None
        self._warned = False

    def examine(self, scope: Scope) -> Response | None:
        """Return a redirect in place of the application's response, if there is one.

        A second call finds the same: what the first one has set is what the proxies say.

        Args:
            scope: The ASGI scope, in which the client, scheme and host are set.

        Raises:
            HTTPException: The connection is refused.
        """
        found = _collected(scope["headers"])
        scope[SENT_TO] = host = found.get(_HOST, b"")
        if self._limits:
            self._limit_headers(scope)
        proxies = self._proxies
        if proxies is not None and proxies.trusts_peer(scope.get("client")):
            self._believe(scope, proxies.read(found))
            host = scope[SENT_TO]
        if not self._examines_host:
            return None
        is_allowed = self._allows(host)
        is_secure = not self._demands_https or scope["scheme"] in _SECURE
        # Last, because it looks at the routes.
        if (is_allowed and is_secure) or is_probe(self._application, scope):
            return None
        if not is_allowed:
            raise HostRefused
        self._warn_of_proxy(scope)
        return demand_https(scope, host)

    def _believe(self, scope: Scope, forwarded: Forwarded | None) -> None:
        """Set the client, the scheme and the host to what the proxies say."""
        if forwarded is None:
            if self._options.malformed == "refuse":
                raise ProxyRefused
            return
        client, scheme, host = forwarded
        scope["client"] = (client, 0)
        if scheme:
            scope["scheme"] = SCHEMES[scope["type"]].get(scheme, scope["scheme"])
        if self._options.forwarded_host and host:
            others = [pair for pair in scope["headers"] if pair[0] != _HOST]
            scope[SENT_TO] = host.encode("latin-1")
            scope["headers"] = [*others, (_HOST, scope[SENT_TO])]

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


def _is_host(header: bytes) -> bool:
    return parsed_host(header) is not None


def _collected(headers: Headers) -> dict[bytes, bytes]:
    """Return the headers that a check reads; several of one name are a list (RFC 9110, 5.2).

    Two headers Host become one that no host matches.
    """
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            found[name] = found[name] + b"," + value if name in found else value
    return found
