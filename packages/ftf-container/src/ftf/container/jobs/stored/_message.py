"""Envelopes as messages, which carry jobs from one process to another."""

import json
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from ..exceptions import UnreadableJob
from ._envelope import Envelope

_TIMES = ("enqueued_at", "due")


def write_message(envelope: Envelope) -> bytes:
    """Return a job as a message."""
    found: dict[str, Any] = {each.name: getattr(envelope, each.name) for each in fields(envelope)}
    found["headers"] = dict(envelope.headers)
    for name in _TIMES:
        found[name] = found[name] and found[name].isoformat()
    return json.dumps(found).encode()


def read_message(message: bytes) -> Envelope:
    """Return the job of a message.

    Raises:
        UnreadableJob: It is not one that `write_message` has written.
    """
    try:
        found = Envelope(**json.loads(message))
        times: Any = {name: _time(getattr(found, name)) for name in _TIMES}
    except (ValueError, TypeError) as error:
        raise UnreadableJob(f"the message {message[:100]!r}", f"is not a job: {error}") from error
    return replace(found, **times)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
