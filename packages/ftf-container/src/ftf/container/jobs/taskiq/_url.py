"""The URL of a broker, without the parameters that are not for the broker."""

from dataclasses import dataclass
from math import inf
from typing import Final, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from .._engine import JobsUrl

LEASE_SECONDS: Final = 600.0
_HINT_SECONDS: Final = 30.0
_OURS: Final = {"worker", "outbox", "lease", "poll", "resend"}


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """Where a broker is, and how it is used.

    Args:
        scheme: `redis`, `amqp`, `nats`, or one of them with TLS.
        text: The URL, as the driver of the broker takes it.
        outbox: Whether the jobs are kept in a database, so that messages may be lost.
        lease: The seconds after which a message that is not accepted is delivered again, where the
            connection does not show that its worker is lost. With an outbox a message is accepted
            before its job runs, and the lease of the URL is that of the row.
    """

    scheme: str
    text: str
    outbox: bool
    lease: float

    @classmethod
    def of(cls, url: JobsUrl) -> Self:
        """Return the URL of a broker.

        Raises:
            ValueError: A parameter has a value that cannot be.
        """
        outbox = url.options.get("outbox", "false")
        if outbox not in {"true", "false"}:
            raise ValueError(f"outbox={outbox!r} in the URL of jobs: write `outbox=true`")
        lease = _seconds(url.options.get("lease", str(LEASE_SECONDS)))
        is_outbox = outbox == "true"
        kept = _HINT_SECONDS if is_outbox else lease
        return cls(url.scheme, _without_ours(url.text), is_outbox, kept)


def name_of_queue(queue: str) -> str:
    """Return what a queue is called in a broker; the name of a stream of NATS has no dot."""
    return f"ftf-{quote(queue, safe='').replace('.', '%2E')}"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < inf:
        raise ValueError(f"lease={text} in the URL of jobs: write a number of seconds over 0")
    return seconds


def _without_ours(text: str) -> str:
    parts = urlsplit(text)
    kept = [each for each in parse_qsl(parts.query, keep_blank_values=True) if each[0] not in _OURS]
    return parts._replace(query=urlencode(kept)).geturl()
