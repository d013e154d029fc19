"""The header `Idempotency-Key`, and what identifies a request that was sent again.

The draft of the header (draft-ietf-httpapi-idempotency-key-header-07) has expired; its name is in
this file alone.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from starlette.requests import Request

from .exceptions import InvalidIdempotencyKey

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
_LONGEST: Final = 255
_QUOTED: Final = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"')  # RFC 9651
_BARE: Final = re.compile(r"[\x21\x23-\x7e]+")


def key_in(values: Sequence[str]) -> str | None:
    """Return the key in the headers of a request, `None` if there is none.

    Raises:
        InvalidIdempotencyKey: There are several, or it cannot be read.
    """
    if not values:
        return None
    text = values[0].strip(" \t")
    quoted = _QUOTED.fullmatch(text)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if len(values) > 1 or len(key) > _LONGEST or not (quoted or _BARE.fullmatch(key)):
        raise InvalidIdempotencyKey(
            f"{HEADER} has to be one text of 1 to {_LONGEST} visible ASCII characters."
        )
    return key


def identity_of(request: Request, caller: str, key: str) -> str:
    """Return what identifies a request: a digest of its caller, method, path and key."""
    return _digest(caller, request.method, request.scope["path"], key)


async def fingerprint_of(request: Request) -> str:
    """Return what a request with the same key has to repeat: a digest of its query and body."""
    body = sha256(await request.body()).hexdigest()
    return _digest(request.scope["query_string"].decode("latin-1"), body)


def _digest(*parts: str) -> str:
    encoded = (part.encode("utf-8", "surrogateescape") for part in parts)
    # With their lengths, so that no two lists of parts are one text.
    return sha256(b"".join(b"%d:%b" % (len(each), each) for each in encoded)).hexdigest()
