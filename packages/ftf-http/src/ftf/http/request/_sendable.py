"""Whether a response has a status and headers that HTTP has."""

import re
from functools import lru_cache
from typing import Final

from starlette.types import Message

from ..exceptions import UnsendableResponseError

STATUSES: Final = range(200, 600)
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NOT_IN_NAMES = re.compile(rb"[^!#$%&'*+\-.^_`|~0-9A-Za-z]")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9110, section 5.5


def is_sendable(start: Message) -> bool:
    """Return whether the start of a response can be sent as it is, at first sight.

    One look at all headers together, because it is made for each response.
    """
    headers = start.get("headers", ())
    if not isinstance(headers, list):  # ASGI has any iterable
        headers = start["headers"] = [*headers]
    texts: list[bytes] = []
    for header in headers:
        texts += header
    together = b" ".join(texts).decode("latin-1")
    return (
        start["status"] in STATUSES
        and together.isprintable()
        and "  " not in together
        and not together.endswith(" ")
        and all(map(_is_name, texts[::2]))
    )


def unsendable(start: Message) -> UnsendableResponseError | None:
    """Return why the start of a response cannot be sent, if it cannot.

    White space around the value of a header does not belong to it, and is removed.
    """
    if start["status"] not in STATUSES:
        return UnsendableResponseError("status", str(start["status"]))
    headers = [(name, value.strip(b" \t")) for name, value in start.get("headers", ())]
    for name, value in headers:
        shown = name.decode("latin-1")
        if not _is_name(name):
            found = _NOT_IN_NAMES.search(name)
            refused = found[0].decode("latin-1") if found else ""
            return UnsendableResponseError("header name", refused, shown)
        if found := _CONTROL.search(value):
            return UnsendableResponseError("header", found[0].decode("latin-1"), shown)
    start["headers"] = headers
    return None


@lru_cache(1024)
def _is_name(name: bytes) -> bool:
    return _NAME.fullmatch(name) is not None
