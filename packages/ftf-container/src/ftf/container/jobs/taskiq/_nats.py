"""The broker of a JetStream stream of NATS, which keeps messages until they are accepted."""

from typing import Final

from nats.js.api import ConsumerConfig, RetentionPolicy, StreamConfig
from taskiq import AsyncBroker
from taskiq_nats import PullBasedJetStreamBroker

from ._url import BrokerUrl, name_of_queue

_FETCH_SECONDS: Final = 5.0  # a request for a message is lost when the server restarts
_UNLIMITED: Final = -1


def broker(url: BrokerUrl, queue: str, unaccepted: int) -> AsyncBroker:  # noqa: ARG001  # as many as there are
    """Return the broker of a queue."""
    name = name_of_queue(queue)
    return PullBasedJetStreamBroker(
        [url.text],
        subject=name,
        stream_name=name,
        durable=name,
        stream_config=StreamConfig(retention=RetentionPolicy.WORK_QUEUE),
        consumer_config=ConsumerConfig(
            durable_name=name, ack_wait=url.lease, max_ack_pending=_UNLIMITED
        ),
        pull_consume_timeout=_FETCH_SECONDS,
    )
