"""Host names: how they are read from a header, and compared by label."""

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Final

from ._cached import cached
from .exceptions import InvalidSecurityError

_HOST: Final = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::([0-9]{1,5}))?")
_NAME: Final = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_CACHED: Final = 1_024


@cached(_CACHED)
def parsed_host(header: bytes) -> tuple[str, str] | None:
    """Return the name and the port of a header Host; `None` if it is malformed.

    The name is in lower case and without the dot of a fully qualified name.
    """
    matched = _HOST.fullmatch(header.decode("latin-1").lower())
    if matched is None:
        return None
    name, port = matched[1].removesuffix("."), matched[2] or ""
    return (name, port) if name and ".." not in name and not name.startswith(".") else None


@cached(_CACHED)
def is_certified(header: bytes) -> bool:
    """Return whether a header Host names neither localhost nor an IP address.

    Browsers do not apply HSTS to an address, and would for every program on localhost.
    """
    found = parsed_host(header)
    if found is None or found[0] == "localhost" or found[0].endswith(".localhost"):
        return False
    try:
        ip_address(found[0].strip("[]"))
    except ValueError:
        return True
    return False


class Hosts:
    """The host names of an application.

    Args:
        names: The names; `*.example.com` stands for one label in front of `example.com`.

    Raises:
        InvalidSecurityError: A name has a port, a path or another `*`.
    """

    def __init__(self, names: Sequence[str]) -> None:
        allowed = 'names as in ["api.example.com", "*.example.com"], without ports'
        for name in names:
            if not _NAME.fullmatch(name.lower()):
                raise InvalidSecurityError("hosts", name, allowed)
        self._names = frozenset(name.lower() for name in names if not name.startswith("*"))
        self._parents = frozenset(name.lower()[2:] for name in names if name.startswith("*"))
        self.allows: Callable[[bytes], bool] = cached(_CACHED)(self._allows)

    def _allows(self, header: bytes) -> bool:
        """Return whether a header Host is one of the names, with any port."""
        found = parsed_host(header)
        if found is None:
            return False
        name, _ = found
        return name in self._names or name.partition(".")[2] in self._parents
