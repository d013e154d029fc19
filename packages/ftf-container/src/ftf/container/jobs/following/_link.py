"""Links: jobs that are stored with those that they follow."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .._job import Job
from .._registry import JobRegistry
from ..stored._envelope import Envelope, new_id
from ..stored._scalars import Json


def link_of(registry: JobRegistry, job: Job | None) -> Json:
    """Return a job that follows others, as it is stored; `None` for none.

    Raises:
        InvalidRegistrationError: Its class is not registered.
        UnwritableJob: A field cannot be written as JSON.
    """
    if job is None:
        return None
    payload, options = registry.write(job), job.options
    return {"name": options.name, "payload": payload, "queue": options.queue}


def envelope_of(link: Json, headers: Mapping[str, str], chain: Json = None) -> Envelope:
    """Return a new job of a link.

    Args:
        link: The link.
        headers: Those of the job that it follows.
        chain: What follows it in turn.
    """
    found: Any = link
    return Envelope(new_id(), **found, enqueued_at=datetime.now(UTC), headers=headers, chain=chain)
