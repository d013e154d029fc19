"""Hosts, proxies, https, requests of other sites, headers, and targets of redirects."""

from ._options import SecurityOptions
from ._return_target import return_target
from .exceptions import (
    CrossSiteRefused,
    HeadersTooLarge,
    HostRefused,
    HttpsRequired,
    InvalidSecurityError,
    ProxyRefused,
)

__all__ = [
    "CrossSiteRefused",
    "HeadersTooLarge",
    "HostRefused",
    "HttpsRequired",
    "InvalidSecurityError",
    "ProxyRefused",
    "SecurityOptions",
    "return_target",
]
