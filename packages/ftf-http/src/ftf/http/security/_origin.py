"""Origins: the scheme, host and port that a browser sends a request for."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ._cached import cached
from ._host import parsed_host
from .exceptions import InvalidSecurityError

_ORIGIN: Final = re.compile(r"(https?)://([^/?#@\s]+)")
_PORTS: Final = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_SECURE: Final = {"ws": "http", "wss": "https"}


class Origin(NamedTuple):
    """A scheme, a host in lower case, and a port."""

    scheme: str
    host: str
    port: str


@cached(1_024)
def parsed_origin(header: bytes) -> Origin | None:
    """Return the origin of a header; `None` for `null` and whatever else names no host."""
    matched = _ORIGIN.fullmatch(header.decode("latin-1").lower())
    return None if matched is None else origin_of(matched[1], matched[2].encode("latin-1"))


def origin_of(scheme: str, host: bytes) -> Origin | None:
    """Return the origin that a request was sent to, by its scheme and header Host."""
    found = parsed_host(host)
    if found is None:
        return None
    name, port = found
    return Origin(_SECURE.get(scheme, scheme), name, port or _PORTS.get(scheme, ""))


def origins(texts: Sequence[str]) -> frozenset[Origin]:
    """Return the origins of an option.

    Raises:
        InvalidSecurityError: A text is not a scheme and a host, in ASCII.
    """
    found = set()
    for text in texts:
        origin = parsed_origin(text.encode()) if text.isascii() else None
        if origin is None:
            allowed = 'origins as in ["https://app.example.com"], other scripts in punycode'
            raise InvalidSecurityError("origins", text, allowed)
        found.add(origin)
    return frozenset(found)
