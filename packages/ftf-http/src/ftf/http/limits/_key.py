"""Keys of limits: the client's network, the user, the account that is named, or several of them."""

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network

from ._caller import By, Caller

_UNKNOWN = "unknown"
_HOST_BITS = 64
_LONGEST = 1_024
# The ranges in which the last 32 bits of an IPv6 address are an IPv4 address.
_MAPPED = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


def client_network(caller: Caller) -> str:
    """Return the client's IPv4 address, or the first 64 bits of its IPv6 address.

    A household or a server has a /64 of IPv6 addresses to choose from. Without an address, as
    behind a Unix socket whose proxy is not among `SecurityOptions(proxies=...)`, all clients share
    one key.
    """
    client = caller.connection.scope.get("client")
    return _UNKNOWN if client is None else network_of(client[0])


def network_of(host: str) -> str:
    """Return the key of an address: an IPv4 address whole, an IPv6 address by its /64."""
    return _network_of_ipv6(host) if ":" in host else host


@lru_cache(maxsize=4_096)
def _network_of_ipv6(host: str) -> str:
    try:
        address = IPv6Address(host.partition("%")[0])
    except AddressValueError:
        return host
    if any(address in network for network in _MAPPED):
        return str(IPv4Address(int(address) & 0xFFFF_FFFF))
    return f"{IPv6Address(int(address) >> _HOST_BITS << _HOST_BITS)}/{_HOST_BITS}"


def user(caller: Caller) -> str:
    """Return the identity of the authenticated user, and the client's network for guests.

    The user is `scope["user"]`, which Starlette's AuthenticationMiddleware sets.
    """
    found = caller.connection.scope.get("user")
    if getattr(found, "is_authenticated", False):
        return f"user:{found.identity}"  # type: ignore[union-attr]  # Starlette's BaseUser
    return client_network(caller)


def folded(text: str) -> str:
    """Return a text without differences of case, compatible characters and spaces around it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def account_by(normalise: Callable[[str], str]) -> By:
    """Return a key: the account that a handler names by `Throttle.attempt(..., account=...)`.

    Args:
        normalise: Returns the spelling that the login looks an account up by. Two spellings of one
            account that have different keys would have a quota each.
    """

    def by_account(caller: Caller) -> str | None:
        named = caller.given.get("account", "")
        # A name that no account can have would fill the store: the network alone is counted.
        return normalise(named) or None if len(named) <= _LONGEST else None

    return by_account


account: By = account_by(folded)


def both(first: By, second: By) -> By:
    """Return a key that is made of two, or of one where the other is `None`."""

    def by_both(caller: Caller) -> str | None:
        parts = [part for part in (first(caller), second(caller)) if part is not None]
        # With lengths, so that no two pairs of texts make one key.
        return "|".join(f"{len(part)}:{part}" for part in parts) if parts else None

    return by_both
