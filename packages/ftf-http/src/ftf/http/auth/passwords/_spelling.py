"""The spelling of a password: one for equal texts, and of a bounded length."""

import unicodedata
from collections.abc import Iterable

# Composing makes a text shorter, and never to less than a quarter of its characters in bytes.
_SHRINKS = 4


def spelled(password: str, max_bytes: int) -> bytes | None:
    """Return a password in UTF-8 and NFC; `None` if no password can be that text.

    Args:
        password: What a client has sent.
        max_bytes: The most bytes that a password has.
    """
    if len(password) > _SHRINKS * max_bytes:
        return None
    try:
        encoded = unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:  # a lone surrogate
        return None
    return encoded if len(encoded) <= max_bytes else None


def same_words(password: str, about: Iterable[str]) -> bool:
    """Return whether a password is one of some texts, or what stands before the @ of one."""
    text = _folded(password)
    return any(text in {_folded(each), _folded(each.partition("@")[0])} for each in about)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
