"""The mixin `UuidKey`, and UUIDs of version 7, which sort by the time they are made."""

import uuid
from collections.abc import Callable
from secrets import randbits
from threading import Lock
from time import time_ns
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

_COUNTER_BITS = 42
_lock = Lock()
_last = 0


def _uuid7() -> UUID:
    """Return a UUID of version 7 by RFC 9562: milliseconds, a counter, random bits.

    As the standard library's from Python 3.14 on: the counter of 42 bits starts at a random number
    below half of its range each millisecond, and a clock that is set back does not set it back.
    """
    global _last  # noqa: PLW0603  # of the process, as the order of its UUIDs is
    with _lock:
        start = (time_ns() // 1_000_000) << _COUNTER_BITS | randbits(_COUNTER_BITS - 1)
        same = _last >> _COUNTER_BITS >= start >> _COUNTER_BITS
        _last = number = _last + 1 if same else start
    high = number >> 30  # milliseconds and the first 12 bits of the counter
    return UUID(
        int=(high >> 12) << 80
        | 7 << 76
        | (high & 0xFFF) << 64
        | 2 << 62
        | (number & 0x3FFFFFFF) << 32
        | randbits(32)
    )


uuid7: Callable[[], UUID] = getattr(uuid, "uuid7", _uuid7)  # from Python 3.14


class UuidKey:
    """A mixin with a UUID of version 7 as primary key: keys sort by the time of the insert."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-1)
