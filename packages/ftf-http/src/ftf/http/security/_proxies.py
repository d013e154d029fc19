"""Trusted proxies: whose word about the client counts."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_INET, inet_ntop, inet_pton
from typing import Final, Literal

from ._cached import LONGEST, cached
from .exceptions import InvalidSecurityError

UNIX: Final = "unix"
_MOST_ELEMENTS: Final = 32
_CACHED: Final = 1_024
_CLIENTS: Final = 16_384  # of about 500 bytes each; one that is not among them is read again
_ADDRESSES: Final = (
    'ranges of addresses as in ["10.0.0.0/8"], or "unix" for a Unix socket; every address is not '
    "possible, because then clients could choose theirs"
)


# Plain tuples, because a proxy's word about a new client makes one of each.
type Address = tuple[int, int, str]  # version, number, and the text as `ipaddress` writes it
type Forwarded = tuple[str, str, str]  # client, scheme and host; empty where proxies say nothing


class Proxies:
    """The proxies whose headers are read.

    Args:
        ranges: Their addresses.
        hops: How many proxies there are, if their addresses are not known but for that of the
            nearest one; by default all that are in the ranges.
        kind: The headers that they set.

    Raises:
        InvalidSecurityError: A range is not one, or is every address; `hops` is below 1.
    """

    def __init__(
        self,
        ranges: Sequence[str],
        hops: int | None,
        kind: Literal["x-forwarded", "forwarded"],
    ) -> None:
        if hops is not None and hops < 1:
            raise InvalidSecurityError("hops", hops, "a number from 1")
        self._unix = UNIX in ranges
        networks = [_network(text) for text in ranges if text != UNIX]
        self._ranges = [
            (each.version, int(each.network_address), int(each.netmask)) for each in networks
        ]
        self._hops = hops
        self._kind = kind
        self.trusts: Callable[[str], bool] = lru_cache(maxsize=_CLIENTS)(self._trusts)
        # A client sends the same headers with each request of a connection.
        self._of_x = lru_cache(maxsize=_CLIENTS)(self._read_x)
        self._of_forwarded = cached(_CLIENTS)(self._read_forwarded)

    def trusts_peer(self, client: tuple[str, int] | None) -> bool:
        """Return whether the peer of a connection is a proxy."""
        return self.trusts(client[0]) if client else self._unix

    def read(self, headers: Mapping[bytes, bytes]) -> Forwarded | None:
        """Return what the proxies say; `None` if they name no client.

        Args:
            headers: The headers by name in lower case, several of one name joined by commas.
        """
        get = headers.get
        if self._kind == "forwarded":
            return self._of_forwarded(get(b"forwarded", b""))
        clients = get(b"x-forwarded-for", b"")
        scheme, host = get(b"x-forwarded-proto", b""), get(b"x-forwarded-host", b"")
        if len(clients) + len(scheme) + len(host) > LONGEST:
            return self._read_x(clients, scheme, host)
        return self._of_x(clients, scheme, host)

    def _read_x(self, clients: bytes, scheme: bytes, host: bytes) -> Forwarded | None:
        client = self._client(_elements(clients))
        return None if client is None else (client, _last(scheme).lower(), _last(host))

    def _read_forwarded(self, header: bytes) -> Forwarded | None:
        pairs = [_pairs(element) for element in _elements(header)]
        client, nearest = self._client([each.get("for", "") for each in pairs]), pairs[-1]
        if client is None:
            return None
        return client, nearest.get("proto", "").lower(), nearest.get("host", "")

    def _client(self, elements: list[str]) -> str | None:
        """Return the client's address; the last element is what the nearest proxy has added."""
        if self._hops is not None:
            at = len(elements) - self._hops
            address = _address(elements[at]) if at >= 0 else None
            return None if address is None else address[2]
        client = None
        for element in reversed(elements):
            address = _address(element)
            if address is None:
                return None
            client = address[2]
            if not self._has(address):
                break
        return client

    def _trusts(self, host: str) -> bool:
        address = _address(host)
        return address is not None and self._has(address)

    def _has(self, address: Address) -> bool:
        version, number, _ = address
        # `any` would make a generator for each address.
        for of, start, mask in self._ranges:  # noqa: SIM110
            if number & mask == start and version == of:
                return True
        return False


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text)
    except ValueError:
        raise InvalidSecurityError("proxies", text, _ADDRESSES) from None
    if network.prefixlen == 0:
        raise InvalidSecurityError("proxies", text, _ADDRESSES)
    return network


def _elements(header: bytes) -> list[str]:
    """Return the last elements of a list; more proxies than these are not in a row."""
    return header.decode("latin-1").rsplit(",", _MOST_ELEMENTS)[-_MOST_ELEMENTS:]


@cached(_CACHED)
def _last(header: bytes) -> str:
    """Return the last element, which is the nearest proxy's."""
    return header.decode("latin-1").rpartition(",")[2].strip()


def _pairs(element: str) -> dict[str, str]:
    """Return the parameters of an element of `Forwarded` (RFC 7239)."""
    pairs = (part.partition("=") for part in element.split(";"))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _address(element: str) -> Address | None:
    """Return the IP address of an element, without port, brackets and zone."""
    text = element.strip()
    if (usual := _ipv4(text)) is not None:
        return usual
    text = text.strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    address = mapped or address
    return address.version, int(address), str(address)


def _ipv4(text: str) -> Address | None:
    """Return an IPv4 address; `ipaddress` takes ten times as long to read and write one."""
    try:
        packed = inet_pton(AF_INET, text)
    except (OSError, ValueError):
        return None
    # Windows may read spellings that `ipaddress` does not.
    return (4, int.from_bytes(packed), text) if inet_ntop(AF_INET, packed) == text else None
