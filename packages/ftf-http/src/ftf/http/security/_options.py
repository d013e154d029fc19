"""`SecurityOptions`: what an application demands of connections, and adds to responses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ._host import Hosts
from ._origin import origins
from ._proxies import Proxies
from .exceptions import InvalidSecurityError

_YEAR = 31_536_000


@dataclass(frozen=True, kw_only=True)
class SecurityOptions:
    """What an application demands of connections, and adds to responses.

    Args:
        hosts: The names in the header Host; `*.example.com` stands for one label. Any host by
            default. `/health` and `/ready` are answered for every host.
        proxies: The ranges of addresses of proxies whose headers are believed, as in
            `["10.0.0.0/8"]`, and `"unix"` for a Unix socket. None by default.
        hops: How many proxies a request passes, if only the nearest one has a known address.
        forwarded: The headers that the proxies set; those of the other kind are not read.
        forwarded_host: Whether the proxies also say what the header Host was.
        malformed: What happens if the proxies do not name a client that can be read: `"peer"` takes
            the proxy for the client, `"refuse"` answers 400.
        https: `"require"` redirects navigations to https, refuses other requests over http, and
            adds `Strict-Transport-Security`.
        hsts_seconds: How long browsers remember to use https.
        hsts_subdomains: Whether they do so for subdomains.
        origins: The other origins whose pages may send unsafe requests, as in
            `["https://app.example.com"]`.
        csrf: `"on"` refuses unsafe requests of browsers from other sites; `"strict"` also those
            without the headers by which that is known; `"off"` refuses none.
        content_policy: `Content-Security-Policy` of responses that are not HTML.
        html_policy: `Content-Security-Policy` of HTML; by default none but for the pages of the
            API's documentation.
        max_headers: The most headers of a request; 431 beyond.
        max_header_bytes: The most bytes of their names and values.

    Raises:
        InvalidSecurityError: A value is not possible.
    """

    hosts: Sequence[str] = ()
    proxies: Sequence[str] = ()
    hops: int | None = None
    forwarded: Literal["x-forwarded", "forwarded"] = "x-forwarded"
    forwarded_host: bool = False
    malformed: Literal["peer", "refuse"] = "peer"
    https: Literal["off", "require"] = "off"
    hsts_seconds: int = _YEAR
    hsts_subdomains: bool = True
    origins: Sequence[str] = ()
    csrf: Literal["on", "strict", "off"] = "on"
    content_policy: str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
    html_policy: str = ""
    max_headers: int | None = None
    max_header_bytes: int | None = None

    def __post_init__(self) -> None:
        choices = {
            "forwarded": ("x-forwarded", "forwarded"),
            "malformed": ("peer", "refuse"),
            "https": ("off", "require"),
            "csrf": ("on", "strict", "off"),
        }
        for name, allowed in choices.items():
            if (value := getattr(self, name)) not in allowed:
                raise InvalidSecurityError(name, value, " or ".join(map(repr, allowed)))
        for name in ("hosts", "proxies", "origins"):
            if isinstance(value := getattr(self, name), str):
                raise InvalidSecurityError(name, value, f"a list: [{value!r}]")
        for name in ("max_headers", "max_header_bytes"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise InvalidSecurityError(name, value, "a number from 1")
        Hosts(self.hosts)
        Proxies(self.proxies, self.hops, self.forwarded)
        origins(self.origins)
