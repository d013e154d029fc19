"""`Secret`: a random value that the keys of an application are derived from."""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from itertools import pairwise
from typing import Final, override

from ..exceptions import InvalidAuthError

_BYTES: Final = 32
_VARIETY: Final = 8
_KID_BYTES: Final = 6
_MAKE: Final = 'Make one: `python -c "import secrets; print(secrets.token_urlsafe(48))"`.'
# Values of tutorials and templates, which everyone knows.
_SAMPLES: Final = (
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "at-least-256-bits-long",
    "your-256-bit",
    "secret",
    "changeme",
    "change-me",
    "change_me",
    "replace-me",
    "password",
    "django-insecure",
)


class Secret:
    """A random value that the keys of an application are derived from, one for each purpose.

    No key has two uses: what one of them signs, no other accepts. Neither the value nor a key is
    part of a text that Python makes of it.

    Args:
        value: At least 32 bytes from a random source.
        setting: The name of the setting that it comes from, for errors.
        until: When what it has signed ends to be accepted, for a retired secret.

    Raises:
        InvalidAuthError: It is too short, not random, or a sample that everyone knows.

    Attributes:
        kid: Its public name, in what it signs. It says nothing about the value.
        can_sign: True: a secret has no public half.
    """

    can_sign: bool = True

    def __init__(
        self, value: str | bytes, *, setting: str = "secrets", until: datetime | None = None
    ) -> None:
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        _check(raw, setting)
        self._root = _hmac(b"ftf.http.auth", raw)
        self.until: datetime | None = until
        self._keys: dict[str, bytes] = {}
        self.kid: str = urlsafe_b64encode(self.key("kid")[:_KID_BYTES]).decode()

    def key(self, purpose: str) -> bytes:
        """Return the 32 bytes that are derived for a purpose, by HKDF-SHA-256 (RFC 5869).

        Args:
            purpose: The use of the key, such as "access", "refresh", "cookie" or "link".
        """
        key = self._keys.get(purpose)
        if key is None:
            key = self._keys[purpose] = _hmac(self._root, purpose.encode() + b"\x01")
        return key

    @override
    def __repr__(self) -> str:
        return f"Secret(kid={self.kid!r})"


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _check(value: bytes, setting: str) -> None:
    if not value:
        raise InvalidAuthError(setting, "is empty", _MAKE)
    if len(value) < _BYTES:
        reason = f"has {len(value)} bytes and needs at least {_BYTES}"
        raise InvalidAuthError(setting, reason, _MAKE)
    rest = value.decode("latin-1").lower()
    for sample in _SAMPLES:
        rest = rest.replace(sample, "")
    if len(rest) < _BYTES:
        raise InvalidAuthError(setting, "is a sample that everyone knows", _MAKE)
    # Repeated, counted or typed values have few different bytes, or few different steps.
    steps = {(b - a) % 256 for a, b in pairwise(value)}
    if min(len({*value}), len(steps)) < _VARIETY:
        raise InvalidAuthError(setting, "is not from a random source", _MAKE)
