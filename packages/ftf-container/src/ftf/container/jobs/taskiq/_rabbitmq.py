"""The broker of a quorum queue of RabbitMQ."""

from taskiq import AsyncBroker
from taskiq_aio_pika import AioPikaBroker, Exchange, Queue

from ._url import BrokerUrl, name_of_queue


def broker(url: BrokerUrl, queue: str, unaccepted: int) -> AsyncBroker:
    """Return the broker of a queue."""
    return AioPikaBroker(
        url.text,
        qos=unaccepted,
        exchange=Exchange(name="ftf"),
        task_queues=[Queue(name=name_of_queue(queue))],
        dead_letter_queue=Queue(name="ftf-dead"),
    )
