"""The token of a link, which names its user, its end, and proves both."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Final, NamedTuple

from ..keys._key_ring import KeyRing
from ..keys._secret import Secret

_LONGEST: Final = 1_024
_TOKEN: Final = re.compile(
    r"ftl_([A-Za-z0-9_-]{8})\.([1-9][0-9]{0,11})\.([A-Za-z0-9_-]{1,340})"
    r"(?:\.([A-Za-z0-9_-]{1,500}))?\.([A-Za-z0-9_-]{43})",
    re.ASCII,
)


class LinkToken(NamedTuple):
    """What the token of a link says; nothing of it is true before `is_genuine`.

    Attributes:
        secret: The secret that it names.
        ends: When it ends, in seconds since the epoch.
        user: The user's key as text.
        address: The new address that it confirms; an empty text if it is for the present one.
        mac: What proves it.
    """

    secret: Secret
    ends: int
    user: str
    address: str
    mac: str

    def is_genuine(self, purpose: str, version: int, name: str) -> bool:
        """Return whether this application has made the token for a use.

        Args:
            purpose: The use.
            version: The `auth_version` of the user now: it was another one before the link was
                used.
            name: The address that the mail was sent to.
        """
        facts = purpose, self.user, str(version), name, str(self.ends), self.address
        expected = _mac(self.secret, facts)
        return hmac.compare_digest(expected.encode(), self.mac.encode())


class LinkTokens:
    """Makes the tokens of links, and reads them.

    Args:
        secrets: The secrets; the keys of these tokens are derived from each.
    """

    def __init__(self, secrets: KeyRing[Secret]) -> None:
        self._secrets = secrets

    def make(  # noqa: PLR0917  # what the token says
        self, purpose: str, user: str, version: int, name: str, until: datetime, address: str = ""
    ) -> str:
        """Return a token; the arguments are those of `LinkToken` and `is_genuine`."""
        secret, ends = self._secrets.active, int(until.timestamp())
        mac = _mac(secret, (purpose, user, str(version), name, str(ends), address))
        named = ".".join(_encoded(each.encode()) for each in (user, address) if each)
        return f"ftl_{secret.kid}.{ends}.{named}.{mac}"

    def read(self, text: str, now: datetime) -> LinkToken | None:
        """Return what a token says; `None` if no secret can have made the text, or it has ended."""
        found = _TOKEN.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None:
            return None
        kid, ends, user, address, mac = found.groups("")
        secret = self._secrets.find(kid, now)
        if secret is None or now.timestamp() >= int(ends):
            return None
        try:
            return LinkToken(secret, int(ends), _decoded(user), _decoded(address), mac)
        except ValueError:
            return None


def _mac(secret: Secret, parts: tuple[str, ...]) -> str:
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    message = b"".join(len(part).to_bytes(4) + part for part in encoded)
    return _encoded(hmac.digest(secret.key("link"), message, "sha256"))


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _decoded(text: str) -> str:
    """Return what was encoded.

    Raises:
        ValueError: It is not the one spelling of a text.
    """
    decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(decoded) != text:
        raise ValueError(text)
    return decoded.decode()
