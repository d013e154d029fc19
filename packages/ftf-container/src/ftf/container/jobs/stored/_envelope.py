"""Envelopes: jobs as they are stored, with what an engine has to know."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ._scalars import Json


@dataclass(frozen=True, slots=True)
class Envelope:
    """A job as it is stored.

    Args:
        id: What it is known by, sorted by the time when it was made.
        name: The name of its class.
        payload: Its fields.
        queue: The queue that it waits in.
        due: When it may run; `None` for at once.
        unique: What no other job that waits or runs has; empty for none.
        attempt: The number of attempts that were made.
        crashes: The number of attempts whose worker was lost, not counted in `attempt`.
        enqueued_at: When it was enqueued.
        headers: What crosses from the code that enqueued it, such as a request id.
        chain: What follows the job, for its runner only.
        batch: The id of the batch that it is a member of; empty for none.
    """

    id: str
    name: str
    payload: Json
    queue: str
    enqueued_at: datetime
    due: datetime | None = None
    unique: str = ""
    attempt: int = 0
    crashes: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    chain: Json = None
    batch: str = ""


def new_id() -> str:
    """Return a new UUID that sorts by time: version 7 (RFC 9562, 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    bits = milliseconds << 80 | int.from_bytes(os.urandom(10))
    digits = f"{bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
