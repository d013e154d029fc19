"""The text of an API token: a prefix, 256 random bits and a checksum, and what is stored of it."""

import re
from hashlib import sha256
from secrets import randbits
from typing import Final
from zlib import crc32

PREFIX: Final = "ftp_"
_BITS: Final = 256
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM: Final = 43  # digits of 256 bits to the base of 62
_SUM: Final = 6  # digits of 32 bits
_SHAPE: Final = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM + _SUM}}}", re.ASCII)


def new_text() -> str:
    """Return a new token."""
    start = PREFIX + _base62(randbits(_BITS), _RANDOM)
    return start + _checksum(start)


def digest_of(text: str) -> bytes | None:
    """Return what is stored of a token; `None` for a text that no token can be.

    A text with a typing error is recognised by its checksum, and needs no query.
    """
    if _SHAPE.fullmatch(text) is None or text[-_SUM:] != _checksum(text[:-_SUM]):
        return None
    return digest(text)


def digest(text: str) -> bytes:
    """Return what is stored of a token. No slow hash: 256 random bits cannot be guessed."""
    return sha256(text.encode()).digest()


def _checksum(start: str) -> str:
    return _base62(crc32(start.encode()), _SUM)


def _base62(number: int, length: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits.rjust(length, "0")
