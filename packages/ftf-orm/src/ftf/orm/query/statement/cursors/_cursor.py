"""`Cursor`: a position in a sorted list, and the opaque token that a client sends back."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hmac import compare_digest, digest
from typing import Any
from uuid import UUID

from ....exceptions import CursorError

_SIGNATURE = 12  # bytes
_MICROSECOND = timedelta(microseconds=1)

# The types that JSON has not; a datetime is a date as well, so it comes before it.
_CODECS: dict[str, tuple[type, Callable[[Any], str], Callable[[str], object]]] = {
    "f": (float, repr, float),
    "x": (bytes, bytes.hex, bytes.fromhex),
    "n": (Decimal, str, Decimal),
    "u": (UUID, str, UUID),
    "t": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
    "h": (time, time.isoformat, time.fromisoformat),
    "i": (
        timedelta,
        lambda length: str(length // _MICROSECOND),
        lambda text: timedelta(microseconds=int(text)),
    ),
}


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a sorted list.

    Args:
        values: The values that a record is sorted by, as the database returns them.
        backward: Whether the page ends here, and does not begin here.
        inclusive: Whether the record itself is on the page.
    """

    values: tuple[object, ...]
    backward: bool = False
    inclusive: bool = False

    def token(self, order: str, key: bytes) -> str:
        """Return the position as text for a client.

        Args:
            order: What the list is sorted by; another list does not accept the token.
            key: The key of the signature; with an empty one it is a checksum.

        Raises:
            TypeError: A value is of a type that a token cannot contain.
        """
        flags = self.backward + 2 * self.inclusive
        content = json.dumps([flags, *map(_encoded, self.values)], separators=(",", ":")).encode()
        return _text(_signature(content, order, key) + content)

    @classmethod
    def of(cls, token: str, order: str, key: bytes) -> "Cursor":
        """Return the position that a token contains.

        Raises:
            CursorError: It is not a token of `token()` with the same order and key.
        """
        try:
            signed = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
            signature, content = signed[:_SIGNATURE], signed[_SIGNATURE:]
            # The decoder skips characters of no meaning, so that several texts are one content.
            same = _text(signed) == token
            if not (same and compare_digest(signature, _signature(content, order, key))):
                raise CursorError(token)
            flags, *values = json.loads(content)
            cursor = cls(tuple(map(_decoded, values)), bool(flags & 1), bool(flags & 2))
        # A text without a key can be anything: InvalidOperation is an ArithmeticError.
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise CursorError(token) from error
        return cursor


def _signature(content: bytes, order: str, key: bytes) -> bytes:
    signed = digest(key, order.encode("utf-8", "surrogatepass") + b"\0" + content, "sha256")
    return signed[:_SIGNATURE]


def _text(signed: bytes) -> str:
    return urlsafe_b64encode(signed).rstrip(b"=").decode()


def _encoded(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    for name, (kind, encode, _) in _CODECS.items():
        if isinstance(value, kind):
            return [name, encode(value)]
    raise TypeError(
        f"{value!r} cannot be in a cursor: sort by columns of numbers, texts, times or identifiers"
    )


def _decoded(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if not isinstance(value, list):
        raise TypeError(value)
    name, text = value
    if not isinstance(text, str):
        raise TypeError(text)
    return _CODECS[name][2](text)
